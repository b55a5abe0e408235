# Makes the data and R's numbers for tests/analysis/test_disparity_witness.py and its neighbors.
# Run in this folder:  Rscript make.R > output.txt
# Seed 20260401. Packages: sandwich, clubSandwich.
suppressMessages({library(sandwich); library(clubSandwich)})
options(digits = 15)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20260401)

kept <- list()
keep <- function(set, what, subject, value)
  kept[[length(kept) + 1]] <<- data.frame(set = set, what = what, subject = subject,
                                          value = format(value, digits = 17))
equal <- function(d)
  as.vector(d$weight / tapply(d$weight, d$scenario, sum)[as.character(d$scenario)])
pieces <- function(m, cluster) vcovCL(m, cluster = cluster, type = "HC0", cadjust = FALSE)

# 1 Unbalanced crossed ratings: 17 raters, 9 scenarios, 13 contrasts, each rater sees some arms.
contrasts <- data.frame(contrast = sprintf("c%02d", 1:13), scenario = sprintf("s%d", c(1:9, 1:4)))
personas <- c("ada", "ben", "cleo", "dov", "eve", "fay", "gus")
references <- c("ada", "ben", "cleo")[(0:12 %% 3) + 1]
grid <- NULL
for (i in 1:13) {
  swaps <- sample(setdiff(personas, references[i]), 4)
  arms <- data.frame(arm = c("reference", "paraphrase", "resample", rep("swap", 4)),
                     persona = c(rep(references[i], 3), swaps))
  for (k in 1:nrow(arms)) {
    who <- sample(17, sample(2:5, 1))
    grid <- rbind(grid, data.frame(contrasts[i, ], arms[k, ], rater = sprintf("r%02d", who),
                                   row.names = NULL))
  }
}
n <- nrow(grid)
u_r <- rnorm(17); u_s <- rnorm(13, sd = 0.7); slope <- matrix(rnorm(9 * 7, sd = 0.5), 9)
latent <- u_r[as.integer(substr(grid$rater, 2, 3))] +
  u_s[as.integer(substr(grid$contrast, 2, 3))] +
  ifelse(grid$arm == "swap", slope[cbind(as.integer(substr(grid$scenario, 2, 2)),
         match(grid$persona, personas))] - 0.6 * (grid$persona == "eve"), 0) + rnorm(n)
grid$value <- pmin(5, pmax(1, round(3 + latent)))
grid$weight <- sample(c(1, 1, 1, 2), n, replace = TRUE)
crossed <- grid[sample(n), ]
write.csv(crossed, "crossed.csv", row.names = FALSE)

label <- function(d) relevel(factor(ifelse(d$arm == "swap", d$persona, as.character(d$arm))),
                             ref = "reference")
# What each piece needs where clusters are few, were errors independent and equally large: the factor
# against its bias and its degrees of freedom, with plain matrices.
few <- function(set, name, X, w, count, l, groups) {
  A <- solve(t(X) %*% (w * X)); i <- c(w * (X %*% (A %*% l)))
  M <- diag(nrow(X)) - X %*% A %*% t(w * X)
  for (v in names(groups)) {
    B <- t(sapply(unique(groups[[v]]), function(g) i * (groups[[v]] == g)))
    Q <- B %*% M %*% (t(B %*% M) / count)
    keep(set, paste0("factor_", v), name, sum(i^2 / count) / sum(diag(Q)))
    keep(set, paste0("df_", v), name, sum(diag(Q))^2 / sum(Q^2))
  }
}
two_way <- function(set, d, y, columns, names, L) {
  # L: rows are wanted combinations of all coefficients
  m <- lm(y ~ 0 + columns, weights = equal(d))
  ok <- !is.na(coef(m))
  est <- L[, ok, drop = FALSE] %*% coef(m)[ok]
  V <- lapply(list(r = d$rater, s = d$scenario, rs = interaction(d$rater, d$scenario, drop = TRUE)),
              function(g) diag(L[, ok, drop = FALSE] %*% pieces(m, g)[ok, ok] %*%
                                 t(L[, ok, drop = FALSE])))
  for (i in seq_along(names)) {
    keep(set, "estimate", names[i], est[i])
    for (v in names(V)) keep(set, paste0("V_", v), names[i], V[[v]][i])
    few(set, names[i], columns[, ok], equal(d), d$weight, L[i, ok],
        list(r = d$rater, s = d$scenario, rs = paste(d$rater, d$scenario)))
  }
}
fixed <- function(d, last) {
  X <- cbind(model.matrix(~ contrast, d), model.matrix(~ rater, d)[, -1], last)
  X
}
d <- crossed; d$label <- label(d)
last <- model.matrix(~ label, d)[, -1]; colnames(last) <- sub("label", "", colnames(last))
X <- fixed(d, last)
L <- cbind(matrix(0, ncol(last), ncol(X) - ncol(last)), diag(ncol(last)))
two_way("reference", d, d$value, X, colnames(last), L)
two_way("high", d, as.numeric(d$value >= 4), X, colnames(last), L)

# The same with every persona against the average of all.
P <- sapply(personas, function(p) as.numeric(d$persona == p))[, -1]
N <- sapply(c("paraphrase", "resample"), function(a) as.numeric(d$arm == a))
X <- fixed(d, cbind(P, N))
k <- ncol(X) - 8
C <- diag(7) - 1 / 7
L <- cbind(matrix(0, 9, k), rbind(cbind(C[, -1], matrix(0, 7, 2)), cbind(matrix(0, 2, 6), diag(2))))
two_way("grand", d, d$value, X, c(personas, "paraphrase", "resample"), L)

# A factor of two levels: by ratings, and by personas.
women <- c("ada", "cleo", "eve", "fay")
F <- as.numeric(d$persona %in% women)
X <- fixed(d, cbind(F, N))
L <- matrix(0, 1, ncol(X)); L[1, ncol(X) - 2] <- 1
two_way("factor", d, d$value, X, "woman", L)
X <- fixed(d, cbind(P, N))
m <- lm(d$value ~ 0 + X, weights = equal(d))
b <- c(0, coef(m)[paste0("X", personas[-1])]); names(b) <- personas
w <- t.test(b[women], b[setdiff(personas, women)])
keep("factor", "welch_p", "woman", w$p.value)
keep("factor", "welch_df", "woman", w$parameter)
keep("factor", "welch_low", "woman", w$conf.int[1])
keep("factor", "welch_high", "woman", w$conf.int[2])

# Without one scenario, without one rater: refitted with the weights of the whole.
whole <- equal(d)
for (by in c("scenario", "rater")) for (p in c("ben", "eve")) {
  found <- sapply(sort(unique(d[[by]])), function(g) {
    i <- d[[by]] != g
    e <- d[i, ]; e$label <- droplevels(e$label)
    coef(lm(value ~ factor(contrast) + factor(rater) + label, e, weights = whole[i]))[paste0("label", p)]
  })
  keep("without", paste0(by, "_low"), p, min(found)); keep("without", paste0(by, "_high"), p, max(found))
}

# 2 Read by machine: 11 scenarios, no raters; CR1 and CR2 beside.
machine <- expand.grid(scenario = sprintf("s%02d", 1:11), arm = c("reference", "swap"),
                       replicate = 1:5, stringsAsFactors = FALSE)
machine <- machine[-sample(nrow(machine), 27), ]
machine$persona <- ifelse(machine$arm == "swap", "ben", "ada")
machine$contrast <- sub("s", "c", machine$scenario)
machine$value <- as.numeric(runif(nrow(machine)) < 0.25 + 0.2 * (machine$arm == "swap"))
write.csv(machine, "machine.csv", row.names = FALSE)
machine$weight <- 1
machine$w <- equal(machine)
m <- lm(value ~ contrast + I(arm == "swap"), machine, weights = w)
at <- length(coef(m))
keep("machine", "estimate", "ben", coef(m)[at])
keep("machine", "V_s", "ben", pieces(m, machine$scenario)[at, at])
X <- model.matrix(m)
few("machine", "ben", X, machine$w, machine$weight, diag(at)[at, ], list(s = machine$scenario))
for (type in c("CR1", "CR2")) {
  t <- coef_test(m, vcov = type, cluster = machine$scenario, test = "Satterthwaite")
  keep("machine", paste0(type, "_se"), "ben", t$SE[at])
  keep("machine", paste0(type, "_df"), "ben", t$df_Satt[at])
  keep("machine", paste0(type, "_p"), "ben", t$p_Satt[at])
}
# Clusters wider than a contrast, with a level of their own in it: CR2 of the crossed set by scenario.
d$w <- whole
m <- lm(value ~ contrast + rater + label, d, weights = w)
t <- coef_test(m, vcov = "CR2", cluster = d$scenario, test = "Satterthwaite")
for (p in c("ben", "eve", "paraphrase")) {
  i <- match(paste0("label", p), names(coef(m)))
  keep("crossed_by_scenario", "CR2_se", p, t$SE[i]); keep("crossed_by_scenario", "CR2_df", p, t$df_Satt[i])
}

# 3 Pairs, with the side on which the persona's reply stood.
pairs <- expand.grid(scenario = sprintf("s%d", 1:8), rater = sprintf("r%02d", 1:12),
                     stringsAsFactors = FALSE)
pairs <- pairs[sample(nrow(pairs), 70), ]
pairs$contrast <- sub("s", "c", pairs$scenario)
pairs$arm <- sample(c("swap", "swap", "swap", "resample"), 70, replace = TRUE)
pairs$persona <- ifelse(pairs$arm == "swap", sample(c("ben", "eve"), 70, replace = TRUE), "ada")
pairs$side <- sample(c(-1, 1), 70, replace = TRUE)
pairs$value <- sign(round(rnorm(70) + 0.3 * pairs$side - 0.5 * (pairs$persona == "eve")))
write.csv(pairs, "pairs.csv", row.names = FALSE)
pairs$weight <- 1
X <- cbind(ben = pairs$arm == "swap" & pairs$persona == "ben",
           eve = pairs$arm == "swap" & pairs$persona == "eve",
           resample = pairs$arm == "resample", side = pairs$side) * 1
two_way("pairs", pairs, pairs$value, X, c("ben", "eve", "resample"), diag(4)[1:3, ])

# 4 Families.
p <- c(0.01, 0.04, 0.03, 0.005, 0.2, 0.03, 0.9)
for (method in c("holm", "BH")) { q <- p.adjust(p, method)
  for (i in seq_along(p)) keep("adjust", method, as.character(i), q[i]) }

# 5 Two waves of the same contrasts, some raters the same; contrasts and arms of one wave go out.
before <- crossed[crossed$contrast != "c13", ]; before$wave <- "before"
after <- crossed[crossed$contrast != "c01" & runif(n) < 0.8, ]; after$wave <- "after"
after$rater <- ifelse(after$rater > "r09", sub("r", "n", after$rater), after$rater)
after$value <- pmin(5, pmax(1, after$value + sample(-1:1, nrow(after), replace = TRUE) +
                                 (after$arm == "swap" & after$persona == "eve")))
write.csv(rbind(before, after), "waves.csv", row.names = FALSE)
key <- function(d) paste(d$contrast, d$arm, d$persona)
shared <- intersect(key(before), key(after))
d <- rbind(before, after); d <- d[key(d) %in% shared, ]
d$label <- label(d)
both <- d; both$scenario <- paste(d$scenario, d$wave)
w <- equal(both)
A <- model.matrix(~ label, d)[, -1]; late <- d$wave == "after"
columns <- cbind(model.matrix(~ 0 + interaction(contrast, wave, drop = TRUE), d),
                 model.matrix(~ 0 + interaction(rater, wave, drop = TRUE), d), A * !late, A * late)
colnames(columns) <- NULL
m <- lm(d$value ~ 0 + columns, weights = w)
ok <- !is.na(coef(m)); k <- ncol(A); p0 <- ncol(columns) - 2 * k
for (name in c("ben", "eve", "paraphrase")) {
  i <- match(paste0("label", name), colnames(A))
  l <- numeric(ncol(columns)); l[p0 + i] <- -1; l[p0 + k + i] <- 1
  keep("waves", "estimate", name, sum(l[ok] * coef(m)[ok]))
  for (v in c("r", "s", "rs")) {
    g <- switch(v, r = d$rater, s = d$scenario, rs = interaction(d$rater, d$scenario, drop = TRUE))
    keep("waves", paste0("V_", v), name, c(t(l[ok]) %*% pieces(m, g) %*% l[ok]))
  }
  few("waves", name, columns[, ok], w, d$weight, l[ok],
      list(r = d$rater, s = d$scenario, rs = paste(d$rater, d$scenario)))
}

out <- do.call(rbind, kept)
write.csv(out, "expected.csv", row.names = FALSE, quote = FALSE)
print(out, row.names = FALSE)
cat("\n", R.version.string, "\n", R.version$platform, "\n", sep = "")
for (name in c("sandwich", "clubSandwich")) cat(name, as.character(packageVersion(name)), "\n")
