# Witnesses of agreement among raters. Run in this folder: Rscript make.R
# Writes the data it simulates (*.csv), expected.csv and session-info.txt.
suppressMessages({library(psych); library(lme4); library(sandwich)})
options(digits = 17)
set.seed(20261)
expected <- data.frame()
note <- function(data, name, value) {
  expected <<- rbind(expected, data.frame(data = data, name = name, value = as.numeric(value)))
}

# ---- data -------------------------------------------------------------------
observers <- rbind(
  c(1, 2, 3, 3, 2, 1, 4, 1, 2, NA, NA, NA), c(1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NA, 3),
  c(NA, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NA), c(1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NA))
published <- na.omit(data.frame(item = as.vector(col(observers)), rater = as.vector(row(observers)),
                                value = as.vector(observers)))
likert_of <- function(latent) pmin(5, pmax(1, round(3.4 + latent)))
items <- 70; raters <- 16
sparse <- do.call(rbind, lapply(seq_len(items), function(i)
  data.frame(item = i, rater = sample(raters, sample(c(1, 2, 2, 3), 1)))))
sparse$value <- likert_of(rnorm(items, 0, .9)[sparse$item] + rnorm(raters, 0, .5)[sparse$rater] +
                            rnorm(nrow(sparse), 0, .7))
full <- expand.grid(item = 1:24, rater = 1:5)
full$value <- likert_of(rnorm(24, 0, .8)[full$item] + rnorm(5, 0, .4)[full$rater] +
                          rnorm(nrow(full), 0, .7))
rare <- expand.grid(item = 1:60, rater = 1:2)
seen <- rbinom(60, 1, .08)
rare$value <- ifelse(runif(nrow(rare)) < .05, 1 - seen[rare$item], seen[rare$item])
sitting <- expand.grid(rater = 1:18, place = 0:9)
sitting$contrast <- sample(12, nrow(sitting), TRUE)
sitting$arm <- sample(c("reference", "swap"), nrow(sitting), TRUE)
sitting$persona <- ifelse(sitting$arm == "swap", sample(c("ana", "ben"), nrow(sitting), TRUE), "ref")
sitting$position <- sitting$place + sample(0:3, nrow(sitting), TRUE)
sitting$value <- likert_of(rnorm(18, 0, .5)[sitting$rater] + rnorm(12, 0, .5)[sitting$contrast] -
                             .04 * sitting$position + rnorm(nrow(sitting), 0, .8))
sitting$place <- NULL
sets <- list(published = published, sparse = sparse, full = full, rare = rare)
for (name in names(sets)) write.csv(sets[[name]], paste0(name, ".csv"), row.names = FALSE)
write.csv(sitting, "sitting.csv", row.names = FALSE)

# ---- Krippendorff's alpha from the coincidence matrix ------------------------
alpha <- function(data, level) {
  values <- sort(unique(data$value))
  o <- matrix(0, length(values), length(values))
  for (unit in split(data$value, data$item)) {
    m <- length(unit)
    if (m < 2) next
    for (i in seq_len(m)) for (j in seq_len(m)) if (i != j) {
      c1 <- match(unit[i], values); c2 <- match(unit[j], values)
      o[c1, c2] <- o[c1, c2] + 1 / (m - 1)
    }
  }
  n <- rowSums(o)
  delta <- function(a, b) switch(level,
    nominal = as.numeric(a != b),
    interval = (values[a] - values[b])^2,
    ordinal = (sum(n[min(a, b):max(a, b)]) - (n[a] + n[b]) / 2)^2)
  d <- outer(seq_along(values), seq_along(values), Vectorize(delta))
  1 - (sum(n) - 1) * sum(o * d) / sum(outer(n, n) * d)
}
for (name in names(sets)) for (level in c("nominal", "ordinal", "interval"))
  note(name, paste0("alpha.", level), alpha(sets[[name]], level))

# ---- Gwet's AC1 and Fleiss' kappa, with Gwet's variance over items -----------
chance_corrected <- function(data, ac1) {
  r <- table(data$item, factor(data$value))
  n <- nrow(r); ri <- rowSums(r); q <- ncol(r)
  pi <- colMeans(r / ri)
  two <- ri >= 2
  pa_i <- ifelse(two, rowSums(r * (r - 1)) / (ri * (ri - 1)), 0)
  pa <- mean(pa_i[two])
  pe <- if (ac1) sum(pi * (1 - pi)) / (q - 1) else sum(pi^2)
  value <- (pa - pe) / (1 - pe)
  pe_i <- if (ac1) rowSums(sweep(1 - r / ri, 2, pi, "*")) / (q - 1) else rowSums(sweep(r / ri, 2, pi, "*"))
  each <- ifelse(two, n / sum(two) * (pa_i - pe) / (1 - pe), 0)
  each <- each - 2 * (1 - value) * (pe_i - pe) / (1 - pe)
  c(value, sqrt(sum((each - value)^2) / (n * (n - 1))))
}
for (name in names(sets)) {
  ac1 <- chance_corrected(sets[[name]], TRUE); fleiss <- chance_corrected(sets[[name]], FALSE)
  note(name, "ac1", ac1[1]); note(name, "ac1.se", ac1[2])
  note(name, "fleiss", fleiss[1]); note(name, "fleiss.se", fleiss[2])
}
kappa <- cohen.kappa(matrix(rare$value, ncol = 2))
note("rare", "cohen", kappa$kappa); note("rare", "cohen.se", sqrt(kappa$var.kappa))

# ---- ICC of a complete table, by psych ---------------------------------------
found <- ICC(matrix(full$value, ncol = 5), lmer = FALSE)$results
for (row in c("Single_random_raters", "Average_random_raters")) {
  key <- if (row == "Single_random_raters") "icc21" else "icc2k"
  note("full", key, found[row, "ICC"])
  note("full", paste0(key, ".low"), found[row, "lower bound"])
  note("full", paste0(key, ".high"), found[row, "upper bound"])
}

# ---- variance components of an incomplete table, by lme4; dense information ---
model <- lmer(value ~ 1 + (1 | item) + (1 | rater), sparse,
              control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
deviance_of <- getME(model, "devfun")
theta <- optim(getME(model, "theta"), deviance_of, method = "BFGS",
               control = list(reltol = 1e-15, ndeps = rep(1e-5, 2)))$par
theta <- optim(theta, deviance_of, method = "Nelder-Mead", control = list(reltol = 1e-15, maxit = 5000))$par
zi <- model.matrix(~ 0 + factor(item), sparse); zr <- model.matrix(~ 0 + factor(rater), sparse)
one <- matrix(1, nrow(sparse), 1); n <- nrow(sparse)
names(theta) <- names(getME(model, "theta"))
v1 <- diag(n) + theta[grep("item", names(theta))]^2 * tcrossprod(zi) +
  theta[grep("rater", names(theta))]^2 * tcrossprod(zr)
w <- solve(v1); mean_hat <- solve(t(one) %*% w %*% one, t(one) %*% w %*% sparse$value)
rest <- sparse$value - as.numeric(mean_hat)
s2 <- as.numeric(t(rest) %*% w %*% rest) / (n - 1)
vi <- as.numeric(theta[grep("item", names(theta))]^2 * s2)
vr <- as.numeric(theta[grep("rater", names(theta))]^2 * s2)
note("sparse", "variance.item", vi); note("sparse", "variance.rater", vr)
note("sparse", "variance.rest", s2)
v <- s2 * v1; inverse <- solve(v)
p <- inverse - inverse %*% one %*% solve(t(one) %*% inverse %*% one) %*% t(one) %*% inverse
parts <- list(tcrossprod(zi), tcrossprod(zr), diag(n))
info <- outer(1:3, 1:3, Vectorize(function(a, b) sum(diag(p %*% parts[[a]] %*% p %*% parts[[b]])) / 2))
covariance <- solve(info)
total <- vi + vr + s2; icc <- vi / total
slope <- c(1 - icc, -icc, -icc) / total
se <- sqrt(as.numeric(t(slope) %*% covariance %*% slope))
note("sparse", "icc21", icc); note("sparse", "icc21.se", se)
ends <- tanh(atanh(icc) + c(-1, 1) * qnorm(.975) * se / (1 - icc^2))
note("sparse", "icc21.low", max(0, ends[1])); note("sparse", "icc21.high", ends[2])
u <- vr * t(zr) %*% inverse %*% rest
note("sparse", paste0("severity.", levels(factor(sparse$rater))), -u)
conditional <- vr * diag(ncol(zr)) - vr^2 * t(zr) %*% inverse %*% zr
note("sparse", "severity.sd.1", sqrt(conditional[1, 1]))
with_mean <- conditional + vr^2 * t(zr) %*% inverse %*% one %*%
  solve(t(one) %*% inverse %*% one) %*% t(one) %*% inverse %*% zr
note("sparse", "severity.sd.mean.1", sqrt(with_mean[1, 1]))

# ---- drift: slope on position, clustered by rater ------------------------------
drift <- lm(value ~ factor(rater) + factor(contrast) + paste(arm, persona) + I(position / 10), sitting)
name <- "I(position/10)"
note("sitting", "drift", coef(drift)["I(position/10)"])
spread <- vcovCL(drift, cluster = ~rater, type = "HC0", cadjust = TRUE)
note("sitting", "drift.se", sqrt(spread["I(position/10)", "I(position/10)"]))
by <- with(sitting, tapply(value, rater, function(x) sum(x - mean(sitting$value))))
note("sitting", "mean.se", sqrt(sum(by^2) / nrow(sitting)^2 * 18 / 17))

write.csv(format(expected, digits = 17), "expected.csv", row.names = FALSE, quote = FALSE)
info <- capture.output(print(sessionInfo(), locale = FALSE))
writeLines(info[!grepl("^(BLAS|LAPACK|Matrix products)", info)], "session-info.txt")
