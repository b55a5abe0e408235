# Witnesses of Bradley, Terry and Davidson. Run in this folder: Rscript make.R
# Writes the pairs it simulates (*.csv), expected.csv and session-info.txt.
#
# With e^{d/2} : e^{-d/2} : e^t the model is multinomial, so it is fitted as a Poisson log-linear
# model with a level for every comparison (three rows each). A rater's comparisons lie in one
# cluster, so the clustered covariance of the worths is that of the multinomial model.
suppressMessages(library(sandwich))
options(digits = 17)
set.seed(20262)
expected <- data.frame()
note <- function(data, name, value)
  expected <<- rbind(expected, data.frame(data = data, name = name, value = as.numeric(value)))

draw <- function(n, raters, worth, left, tie, references) {
  rows <- data.frame(rater = sample(raters, n, TRUE), first = sample(names(worth), n, TRUE),
                     side = sample(c(-1, 1), n, TRUE))
  rows$second <- if (is.null(references)) "reference" else
    vapply(rows$first, function(one) sample(setdiff(references, one), 1), "")
  taste <- rnorm(raters, 0, .5)
  against <- if (is.null(references)) 0 else worth[rows$second]
  d <- worth[rows$first] - against + left * rows$side + taste[rows$rater]
  odds <- cbind(exp(d / 2), exp(-d / 2), if (tie > -Inf) exp(tie) else 0)
  pick <- apply(odds, 1, function(o) sample(3, 1, prob = o))
  rows$value <- c(1, -1, 0)[pick]
  rows[c("rater", "first", "second", "side", "value")]
}
sets <- list(
  ties = draw(360, 24, c(ana = .7, ben = 0, cy = -.5, dora = .2), .4, -.4, NULL),
  no_ties = draw(240, 15, c(ana = .6, ben = -.3, cy = .1), .3, -Inf, NULL),
  personas = draw(400, 20, c(ana = .6, ben = -.3, cy = .1, ref1 = 0, ref2 = .3), .2, -.6,
                  c("ref1", "ref2")))

for (name in names(sets)) {
  data <- sets[[name]]
  write.csv(data, paste0(name, ".csv"), row.names = FALSE, quote = FALSE)
  ties <- any(data$value == 0)
  anchor <- if (name == "personas") "ref1" else "reference"
  players <- setdiff(sort(unique(c(data$first, data$second))), anchor)
  x <- sapply(players, function(one) (data$first == one) - (data$second == one))
  x <- cbind(x, left = data$side)
  n <- nrow(data)
  if (ties) {
    long <- data.frame(count = c(data$value == 1, data$value == -1, data$value == 0) * 1,
                       comparison = factor(rep(seq_len(n), 3)), rater = rep(data$rater, 3))
    design <- cbind(rbind(x / 2, -x / 2, x * 0), tie = rep(c(0, 0, 1), each = n))
    model <- glm(count ~ 0 + design + comparison, poisson, long,
                 control = glm.control(epsilon = 1e-15, maxit = 200))
  } else {
    long <- data.frame(won = (data$value == 1) * 1, rater = data$rater)
    design <- x
    model <- glm(won ~ 0 + design, binomial, long,
                 control = glm.control(epsilon = 1e-15, maxit = 200))
  }
  keep <- seq_len(ncol(design))
  beta <- coef(model)[keep]
  covariance <- vcovCL(model, cluster = long$rater, type = "HC0", cadjust = TRUE)[keep, keep]
  names(beta) <- dimnames(covariance)[[1]] <- dimnames(covariance)[[2]] <- colnames(design)
  for (one in colnames(design)) {
    note(name, one, beta[one]); note(name, paste0(one, ".se"), sqrt(covariance[one, one]))
  }
  # Net share of the first player, both sides equally often: delta method, numerical slopes.
  net <- function(b, along) mean(sapply(c(1, -1), function(side) {
    d <- sum(along * b[seq_along(along)]) + side * b["left"]
    odds <- c(exp(d / 2), exp(-d / 2), if (ties) exp(b["tie"]) else 0)
    (odds[1] - odds[2]) / sum(odds)
  }))
  along <- as.numeric(players == players[1])
  if (name == "personas") along <- along - 1 / (length(players) + 1)
  h <- 1e-5
  slope <- sapply(seq_along(beta), function(i) {
    up <- beta; up[i] <- up[i] + h; down <- beta; down[i] <- down[i] - h
    (net(up, along) - net(down, along)) / (2 * h)
  })
  note(name, "net", net(beta, along))
  note(name, "net.se", sqrt(as.numeric(t(slope) %*% covariance %*% slope)))
}
write.csv(format(expected, digits = 17), "expected.csv", row.names = FALSE, quote = FALSE)
info <- capture.output(print(sessionInfo(), locale = FALSE))
writeLines(info[!grepl("^(BLAS|LAPACK|Matrix products)", info)], "session-info.txt")
