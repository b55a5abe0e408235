# Draws every data set of this folder; each has its own seed. Run by make.R.
# A case is a list: data, fixed (right side), groups, family.

named <- function(kind, n, sep = "-") paste0(kind, sep, formatC(seq_len(n), width = 2, flag = "0"))

crossed <- function(raters, scenarios, arms) {
  grid <- expand.grid(rater = raters, scenario = scenarios, arm = arms, stringsAsFactors = FALSE)
  grid
}

draw <- function(keys, sd) {
  keys <- as.character(keys)
  one <- unique(keys)
  u <- setNames(rnorm(length(one), 0, sd), one)
  unname(u[keys])
}

eta_of <- function(d, effects, sds) {
  eta <- unname(effects[as.character(d$arm)])
  for (g in names(sds)) {
    keys <- do.call(paste, c(lapply(strsplit(g, ":")[[1]], function(v) d[[v]]), sep = "|"))
    eta <- eta + draw(keys, sds[[g]])
  }
  eta
}

likert <- function(eta, cuts) as.integer(cut(eta + rlogis(length(eta)), c(-Inf, cuts, Inf)))
coin <- function(eta) as.integer(runif(length(eta)) < plogis(eta))

cases <- list()
add <- function(name, seed, fixed, groups, family, make, ...) {
  set.seed(seed)
  cases[[name]] <<- list(fixed = fixed, groups = groups, family = family, data = make(), ...)
}

three <- c("reference", "swap-a", "swap-b")
spread3 <- c(rater = .9, scenario = .6, `scenario:arm` = .5)

# --- Gaussian ---------------------------------------------------------------
add("gaussian_balanced", 101, "arm", names(spread3), "gaussian", function() {
  d <- crossed(named("r", 12), named("s", 10), three)
  d$value <- round(3.2 + eta_of(d, c(0, -.4, .1) |> setNames(three), spread3) + rnorm(nrow(d), 0, .8), 3)
  d
})
add("gaussian_unbalanced", 102, "arm * gender", c("rater", "scenario"), "gaussian", function() {
  d <- crossed(paste("Rater no.", 1:14), paste("asking for (a) raise", letters[1:9]),
               c("as it is", "someone else's name"))
  d$gender <- ifelse(draw(d$rater, 1) > 0, "woman", "man")
  d$value <- 2 + eta_of(d, c(`as it is` = 0, `someone else's name` = .5), c(rater = .7, scenario = .5)) +
    .3 * (d$gender == "woman") + rnorm(nrow(d), 0, 1)
  d$value <- pmin(5, pmax(1, round(d$value)))
  d[runif(nrow(d)) < ifelse(d$gender == "woman", .9, .45), ]
})
add("gaussian_zero_variance", 103, "arm", names(spread3), "gaussian", function() {
  d <- crossed(named("r", 8), named("s", 10), three)
  d$value <- 3 + eta_of(d, c(0, .2, -.3) |> setNames(three), c(rater = .8, scenario = .5))
  noise <- rnorm(nrow(d))
  noise <- noise - ave(noise, d$scenario, d$arm)   # cell means more alike than chance allows
  d$value <- round(d$value + noise, 3)
  d
})
add("gaussian_missing", 104, "arm", c("rater", "scenario", "rater:arm"), "gaussian", function() {
  d <- crossed(named("r", 15), named("s", 8), c("reference", "swap"))
  d$value <- 3 + eta_of(d, c(reference = 0, swap = -.6),
                        c(rater = .6, scenario = .4, `rater:arm` = .5)) + rnorm(nrow(d), 0, .9)
  d$value <- round(d$value, 2)
  d$value[sample(nrow(d), 30)] <- NA
  d$arm[sample(nrow(d), 6)] <- NA
  d$rater[sample(nrow(d), 5)] <- NA
  d
})
add("gaussian_integer_names", 105, "arm + length", c("rater", "scenario", "scenario:arm", "rater:arm"),
    "gaussian", function() {
  d <- crossed(c(3L, 11L, 100L, 7L, 42L, 9L, 1L, 20L, 5L, 13L, 64L, 2L), 1:8, c("false", "true"))
  d$length <- round(rnorm(nrow(d), 120, 30))
  d$value <- 1 + .01 * d$length + eta_of(d, c(false = 0, true = .7), c(rater = .5, scenario = .5,
             `scenario:arm` = .4, `rater:arm` = .4)) + rnorm(nrow(d), 0, .7)
  d$value <- round(d$value, 3)
  d[sample(nrow(d), 170), ]
})
add("gaussian_far_from_zero", 106, "arm", names(spread3), "gaussian", function() {
  d <- crossed(named("r", 10), named("s", 6), three)
  d$value <- 1e6 + round(eta_of(d, c(0, 1, 2) |> setNames(three), spread3) + rnorm(nrow(d)), 3)
  d
}, shift = 1e6)

# --- binomial ---------------------------------------------------------------
add("binomial_balanced", 211, "arm", names(spread3), "binomial", function() {
  d <- crossed(named("r", 12), named("s", 12), three)
  d$value <- coin(-.2 + eta_of(d, c(0, .8, .1) |> setNames(three),
                        c(rater = .9, scenario = .7, `scenario:arm` = .9)))
  d
})
add("binomial_sparse_level", 202, "arm", c("rater", "scenario"), "binomial", function() {
  d <- crossed(201:214, named("s", 9), c("reference", "swap-a", "rare"))
  d <- d[d$arm != "rare" | seq_len(nrow(d)) %in% sample(which(d$arm == "rare"), 5), ]
  d$value <- coin(eta_of(d, c(reference = 0, `swap-a` = -.7, rare = .3), c(rater = 1, scenario = .6)))
  d$value[d$arm == "rare"] <- c(1L, 0L, 1L, 1L, 0L)
  d
})
add("binomial_zero_variance", 203, "arm", c("rater", "scenario"), "binomial", function() {
  d <- crossed(named("r", 16), named("s", 8), c("reference", "swap"))
  d <- d[order(d$scenario, d$arm, d$rater), ]
  lean <- draw(d$rater, 1)
  score <- lean + rlogis(nrow(d))                  # the same count in every scenario
  place <- ave(-score, d$scenario, d$arm, FUN = rank)
  d$value <- as.integer(place <= ifelse(d$arm == "swap", 10, 6))
  d
})
add("binomial_counts", 204, "arm", c("rater", "scenario"), "binomial", function() {
  d <- crossed(named("r", 10), named("s", 8), c("reference", "swap"))
  p <- eta_of(d, c(reference = -1, swap = -.3), c(rater = .8, scenario = .5))
  n <- sample(1:9, nrow(d), TRUE)
  yes <- rbinom(nrow(d), n, plogis(p))
  d <- rbind(transform(d, value = 1L, weight = yes), transform(d, value = 0L, weight = n - yes))
  d[d$weight > 0, ]
})
add("binomial_separation", 205, "arm", c("rater", "scenario"), "binomial", function() {
  d <- crossed(named("r", 10), named("s", 8), three)
  d$value <- coin(.1 + eta_of(d, c(0, .9, 0) |> setNames(three), c(rater = .8, scenario = .5)))
  d$value[d$arm == "swap-b"] <- 0L
  d
}, without = "swap-b")

# --- cumulative -------------------------------------------------------------
five <- c(-2, -.8, .4, 1.9)
add("cumulative_balanced", 301, "arm", names(spread3), "cumulative", function() {
  d <- crossed(named("r", 12), named("s", 10), three)
  d$value <- likert(eta_of(d, c(0, -.8, .1) |> setNames(three), spread3), five)
  d
})
add("cumulative_unused_category", 302, "arm", c("rater", "scenario"), "cumulative", function() {
  d <- crossed(named("r", 12), named("s", 9), c("reference", "swap"))
  d$value <- likert(eta_of(d, c(reference = 0, swap = .6), c(rater = 1, scenario = .5)), five)
  d$value[d$value == 4L] <- 5L
  d
})
add("cumulative_missing_spaces", 313, "arm * gender", c("rater", "scenario"), "cumulative", function() {
  d <- crossed(paste("Ms / Mr", 1:14), paste("day", 1:7), c("the same again", "another [name]"))
  d$gender <- ifelse(draw(d$rater, 1) > 0, "woman", "man")
  d$value <- likert(eta_of(d, c(`the same again` = 0, `another [name]` = -.5), c(rater = 1, scenario = .8)),
                    five)
  d$value[sample(nrow(d), 15)] <- NA
  d$scenario[sample(nrow(d), 4)] <- NA
  d[runif(nrow(d)) < .8, ]
})
add("cumulative_zero_variance", 304, "arm", c("rater", "scenario"), "cumulative", function() {
  d <- crossed(named("r", 15), named("s", 8), c("reference", "swap"))
  d <- d[order(d$scenario, d$arm, d$rater), ]
  a <- c(1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5, 5)
  b <- c(1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 5, 5)
  score <- draw(d$rater, 1) + rlogis(nrow(d))      # the same counts in every scenario
  place <- ave(score, d$scenario, d$arm, FUN = rank)
  d$value <- as.integer(ifelse(d$arm == "swap", b[place], a[place]))
  d
})
add("cumulative_one_rater", 305, "arm", c("rater", "scenario"), "cumulative", function() {
  d <- crossed("only", named("s", 25), c("reference", "swap"))
  d <- d[rep(seq_len(nrow(d)), 6), ]
  d$value <- likert(eta_of(d, c(reference = 0, swap = .9), c(scenario = .9)), five)
  d
}, leave = "rater")
add("cumulative_separation", 306, "arm", c("rater", "scenario"), "cumulative", function() {
  d <- crossed(named("r", 10), named("s", 8), three)
  d$value <- likert(eta_of(d, c(0, .5, 0) |> setNames(three), c(rater = .7, scenario = .5)), five)
  d$value[d$arm == "swap-b"] <- 5L
  d
}, without = "swap-b")
add("cumulative_no_groups", 307, "arm", character(0), "cumulative", function() {
  d <- data.frame(arm = rep(three, each = 120))
  d$value <- likert(unname(c(0, -.7, .4) |> setNames(three))[match(d$arm, three)] *
                      1 + 0, five)
  flat <- d$arm == "swap-b" & d$value == 3L & runif(nrow(d)) < .6
  d$value[flat] <- sample(c(1L, 5L), sum(flat), TRUE)
  d
})
add("cumulative_three_categories", 308, "arm + side", c("rater", "scenario", "scenario:arm", "rater:arm"),
    "cumulative", function() {
  d <- crossed(named("r", 14), named("s", 12), c("resample", "swap"))
  d$side <- sample(c(-1, 1), nrow(d), TRUE)
  d$value <- likert(.3 * d$side + eta_of(d, c(resample = 0, swap = -.5),
    c(rater = .4, scenario = .4, `scenario:arm` = .4, `rater:arm` = .4)), c(-.7, .7)) - 2L
  d
})
add("cumulative_one_group", 309, "arm", "rater", "cumulative", function() {
  d <- crossed(named("r", 25), named("s", 8), c("reference", "swap"))
  d$value <- likert(eta_of(d, c(reference = 0, swap = -.5), c(rater = .9)), five)
  odd <- d$arm == "swap" & d$value %in% 3:4 & runif(nrow(d)) < .25
  d$value[odd] <- 1L
  d
})

# --- strata of crossed factors (MAIHDA) ---------------------------------------
add("strata", 407, "1", c("stratum", "rater", "scenario", "scenario:stratum"), "gaussian", function() {
  strata <- expand.grid(gender = c("man", "nonbinary", "woman"), ethnicity = c("asian", "black", "white", "mixed"),
                        stringsAsFactors = FALSE)
  d <- merge(strata, expand.grid(rater = named("r", 10), scenario = named("s", 4)), by = NULL)
  d$stratum <- paste(d$gender, d$ethnicity, sep = " & ")
  base <- 3.3 - .4 * (d$gender == "woman") - .5 * (d$ethnicity == "black")
  d$value <- base + draw(d$stratum, .35) + draw(d$rater, .6) + draw(d$scenario, .5) + rnorm(nrow(d), 0, .8)
  d$value <- d$value + draw(paste(d$scenario, d$stratum), .25)
  d$value <- round(d$value, 3)
  d[, c("value", "rater", "scenario", "stratum", "gender", "ethnicity")]
}, additive = "gender + ethnicity")
