# Makes R's numbers for tests/analysis/test_verdict.py: two one-sided tests by t.test, and intervals.
# Run in this folder:  Rscript make.R > output.txt
# Seed 20261122; base R alone.
options(digits = 15)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(20261122)
kept <- NULL
for (case in 1:4) {
  x <- rnorm(c(6, 12, 20, 40)[case], mean = c(0.05, -0.3, 0.1, 0.9)[case], sd = c(0.3, 0.5, 0.4, 0.6)[case])
  margin <- c(0.4, 0.4, 0.25, 0.5)[case]
  two <- t.test(x)
  ninety <- t.test(x, conf.level = 0.9)
  above <- t.test(x, mu = -margin, alternative = "greater")$p.value
  below <- t.test(x, mu = margin, alternative = "less")$p.value
  kept <- rbind(kept, data.frame(
    case = case, margin = margin, estimate = mean(x), se = two$stderr, df = two$parameter,
    low = two$conf.int[1], high = two$conf.int[2], low90 = ninety$conf.int[1],
    high90 = ninety$conf.int[2], p = two$p.value, p_equivalent = max(above, below)))
}
kept[] <- lapply(kept, function(one) format(one, digits = 17, trim = TRUE))
write.csv(kept, "expected.csv", row.names = FALSE, quote = FALSE)
print(kept, row.names = FALSE)
cat("\n", R.version.string, "\n", R.version$platform, "\n", sep = "")
