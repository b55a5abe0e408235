# Writes what R makes of a few counts. Run in this folder: Rscript make.R
rows <- list()
add <- function(quantity, name, value)
  rows[[length(rows) + 1]] <<- data.frame(quantity, name, value = sprintf("%.17g", as.numeric(value)))

# Proportions: Wilson by prop.test without correction.
for (case in list(c(0, 10), c(1, 12), c(3, 10), c(17, 40), c(200, 1000), c(9, 10), c(25, 25))) {
  x <- case[1]; n <- case[2]; name <- paste(x, n)
  wilson <- suppressWarnings(prop.test(x, n, correct = FALSE)$conf.int)
  add("wilson", paste(name, c("low", "high")), wilson)
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

write.csv(do.call(rbind, rows), "expected.csv", row.names = FALSE, quote = FALSE)
writeLines(sub("^ *locale:.*$|^.*LC_.*$|^.*/.*$", "", capture.output(sessionInfo())), "session-info.txt")
