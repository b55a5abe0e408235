# Draws binary outcomes and writes what R makes of them. Run in this folder: Rscript make.R
suppressMessages({library(geepack); library(survival)})
set.seed(4021)
rows <- list()
add <- function(quantity, name, value)
  rows[[length(rows) + 1]] <<- data.frame(quantity, name, value = sprintf("%.17g", as.numeric(value)))

# Proportions: Wilson by prop.test without correction, exact by binom.test, Jeffreys by qbeta.
for (case in list(c(0, 10), c(1, 12), c(3, 10), c(17, 40), c(200, 1000), c(9, 10), c(25, 25))) {
  x <- case[1]; n <- case[2]; name <- paste(x, n)
  wilson <- suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int)
  exact <- binom.test(x, n)$conf.int
  jeffreys <- c(if (x == 0) 0 else qbeta(.025, x + .5, n - x + .5),
                if (x == n) 1 else qbeta(.975, x + .5, n - x + .5))
  add("wilson", paste(name, c("low", "high")), wilson)
  add("clopper_pearson", paste(name, c("low", "high")), exact)
  add("jeffreys", paste(name, c("low", "high")), jeffreys)
}
add("zero_event_bound", c("10", "250"),
    c(binom.test(0, 10, alternative = "less")$conf.int[2], binom.test(0, 250, alternative = "less")$conf.int[2]))

# Ratio of two proportions: the score test inverted, the nuisance rate by numerical maximization.
score <- function(r, a, n, b, m) {
  loglik <- function(p) {
    q <- min(r * p, 1)
    sum(ifelse(c(a, n - a, b, m - b) == 0, 0, c(a, n - a, b, m - b) * log(c(q, 1 - q, p, 1 - p))))
  }
  p <- optimize(loglik, c(1e-12, min(1, 1 / r) - 1e-12), maximum = TRUE, tol = 1e-14)$maximum
  q <- r * p
  (a - n * q)^2 / (n * q * (1 - q)) + (b - m * p)^2 / (m * p * (1 - p)) - qchisq(.95, 1)
}
for (case in list(c(5, 20, 9, 25), c(30, 40, 36, 41), c(2, 15, 1, 15))) {
  at <- function(l) score(exp(l), case[1], case[2], case[3], case[4])
  middle <- log((case[1] / case[2]) / (case[3] / case[4]))
  add("ratio", paste(c(case, "low"), collapse = " "), exp(uniroot(at, c(middle - 6, middle), tol = 1e-12)$root))
  add("ratio", paste(c(case, "high"), collapse = " "), exp(uniroot(at, c(middle, middle + 6), tol = 1e-12)$root))
}

# Pairs that disagree.
for (case in list(c(8, 2), c(1, 9), c(5, 5), c(6, 0))) {
  name <- paste(case, collapse = " ")
  test <- binom.test(case[1], sum(case), .5)
  add("mcnemar", paste(name, "exact_p"), test$p.value)
  add("mcnemar", paste(name, "mid_p"), min(1, 2 * pbinom(min(case), sum(case), .5) - dbinom(min(case), sum(case), .5)))
  limits <- test$conf.int / (1 - test$conf.int)
  add("mcnemar", paste(name, c("low", "high")), limits)
}

# Replies: 14 scenarios, uneven numbers of both arms.
scenario <- rep(seq_len(14), times = sample(4:9, 14, replace = TRUE))
own <- unlist(lapply(table(scenario), function(k) sample(rep(0:1, length.out = k))))
level <- rnorm(14, -.6, .9)[scenario]
value <- rbinom(length(scenario), 1, plogis(level + .7 * own))
replies <- data.frame(scenario = sprintf("s%02d", scenario), own, value)
write.csv(replies, "replies.csv", row.names = FALSE, quote = FALSE)
replies$scenario <- factor(replies$scenario)
for (corstr in c("independence", "exchangeable")) {
  fit <- geeglm(value ~ own, id = scenario, family = binomial, data = replies, corstr = corstr,
                control = geese.control(epsilon = 1e-13, maxit = 500))
  V <- fit$geese$vbeta
  add(paste("gee", corstr), c("log_odds_ratio", "log_odds_ratio_se"), c(coef(fit)[2], sqrt(V[2, 2])))
  p <- plogis(c(coef(fit)[1], sum(coef(fit))))
  g <- c(p[2] * (1 - p[2]) - p[1] * (1 - p[1]), p[2] * (1 - p[2]))
  add(paste("gee", corstr), c("difference", "difference_se"), c(p[2] - p[1], sqrt(t(g) %*% V %*% g)))
}
fit <- clogit(value ~ own + strata(scenario), data = replies, method = "exact",
              control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
add("conditional", c("estimate", "se"), c(coef(fit), sqrt(vcov(fit))))

# Pairs: 40 scenarios with one of either arm, and a tie's worth of ordinary pairs.
pairs <- data.frame(scenario = rep(sprintf("p%02d", 1:40), each = 2), own = rep(0:1, 40))
level <- rep(rnorm(40, 0, 1), each = 2)
pairs$value <- rbinom(80, 1, plogis(level + .9 * pairs$own))
write.csv(pairs, "pairs.csv", row.names = FALSE, quote = FALSE)
wide <- matrix(pairs$value, ncol = 2, byrow = TRUE)
gained <- sum(wide[, 2] > wide[, 1]); lost <- sum(wide[, 2] < wide[, 1])
add("pairs", c("gained", "lost"), c(gained, lost))
add("pairs", "exact_p", binom.test(gained, gained + lost, .5)$p.value)
fit <- clogit(value ~ own + strata(scenario), data = pairs, method = "exact",
              control = coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100))
add("pairs", c("conditional", "conditional_se"), c(coef(fit), sqrt(vcov(fit))))

# Mantel-Haenszel over the strata of the replies, and Breslow-Day with Tarone's term.
tab <- table(factor(replies$own, 1:0), factor(replies$value, 1:0), replies$scenario)
tell <- apply(tab, 3, function(m) all(rowSums(m) > 0) && all(colSums(m) > 0))
mh <- mantelhaen.test(tab[, , tell], correct = FALSE)
add("mantel_haenszel", c("odds", "low", "high"), c(mh$estimate, mh$conf.int))
breslow <- function(tables, odds) {
  off <- v <- numeric(dim(tables)[3])
  for (k in seq_along(off)) {
    m <- tables[, , k]; r <- sum(m[1, ]); cl <- sum(m[, 1]); n <- sum(m)
    lim <- c(max(0, r + cl - n), min(r, cl))
    f <- function(e) e * (n - r - cl + e) - odds * (r - e) * (cl - e)
    e <- uniroot(f, lim, tol = 1e-14)$root
    v[k] <- 1 / sum(1 / c(e, r - e, cl - e, n - r - cl + e)); off[k] <- m[1, 1] - e
  }
  sum(off^2 / v) - sum(off)^2 / sum(v)
}
kept <- tab[, , tell]
add("mantel_haenszel", "same_odds_p",
    pchisq(breslow(kept, mh$estimate), dim(kept)[3] - 1, lower.tail = FALSE))

write.csv(do.call(rbind, rows), "expected.csv", row.names = FALSE, quote = FALSE)
writeLines(sub("^ *locale:.*$|^.*LC_.*$|^.*/.*$", "", capture.output(sessionInfo())), "session-info.txt")
