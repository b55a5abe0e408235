# CPU seconds of one fit, at R's own settings: Rscript fitting.R FAMILY DATA
given <- commandArgs(TRUE)
data <- read.csv(given[2], stringsAsFactors = TRUE)
data$rater <- factor(data$rater)
data$scenario <- factor(data$scenario)
data$both <- interaction(data$scenario, data$arm, drop = TRUE)
if (given[1] == "cumulative") {
  suppressMessages(library(ordinal))
  data$value <- factor(data$value)
  fit <- function() clmm(value ~ arm + (1 | rater) + (1 | scenario) + (1 | both), data)
} else {
  suppressMessages(library(lme4))
  data$value <- as.numeric(data$value)
  fit <- if (given[1] == "binomial")
    function() glmer(value ~ arm + (1 | rater) + (1 | scenario) + (1 | both), data, binomial)
  else
    function() lmer(value ~ arm + (1 | rater) + (1 | scenario) + (1 | both), data)
}
took <- system.time(fitted <- suppressWarnings(fit()))
effect <- if (given[1] == "cumulative") coef(fitted)[["armb"]] else fixef(fitted)[["armb"]]
cat(took[["user.self"]] + took[["sys.self"]], effect, "\n")
