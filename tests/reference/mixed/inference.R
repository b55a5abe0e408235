# Tests, marginal effects and shares of variance; run by make.R after the fits.

# Standard normal integrals by the trapezoid rule, which is exact here to about 1e-14.
z <- seq(-9, 9, by = .02)
wz <- dnorm(z) * .02

smooth <- function(f, sd) if (sd == 0) f(0) else sum(wz * vapply(sd * z, f, numeric(1)))

at_least_share <- function(par, eta, top, k, sd) {
  # P(Y >= category number top) over the whole population of groups
  smooth(function(u) plogis(eta + u - par[top - 1]), sd)
}

category_shares <- function(par, eta, k, sd, u) {
  upper <- vapply(seq_len(k), function(j) sum(wz * plogis(eta + u + sd * z - par[j])), numeric(1))
  c(1, upper) - c(upper, 0)
}

superiority <- function(par, eta1, eta0, k, shared, own) {
  one <- function(u) {
    p <- category_shares(par, eta1, k, own, u); q <- category_shares(par, eta0, k, own, u)
    below <- c(0, cumsum(q)[-length(q)])
    sum(p * (below + q / 2))
  }
  coarse <- seq(-9, 9, by = .1)
  if (shared == 0) return(one(0))
  sum(dnorm(coarse) * .1 * vapply(shared * coarse, one, numeric(1)))
}

delta_se <- function(f, par, cover) { g <- grad(f, par); sqrt(drop(t(g) %*% cover %*% g)) }

with_marginals <- function(name, top) {
  case <- ready[[name]]$case; d <- ready[[name]]$data
  got <- cumulative_fit(case, d)
  stopifnot(all(got$free))
  k <- got$k; slopes <- k + seq_len(got$n - got$nt - k); sds <- got$n - got$nt + seq_len(got$nt)
  x <- function(level) {
    dd <- d; dd$arm <- factor(level, levels = levels(d$arm)); contrasts(dd$arm) <- contrasts(d$arm)
    model.matrix(as.formula(paste("~", case$fixed)), dd)[, -1, drop = FALSE]
  }
  inside <- grepl("arm", names(got$sizes))
  reference <- levels(d$arm)[1]
  for (level in levels(d$arm)[-1]) {
    x1 <- x(level); x0 <- x(reference)
    both <- unique(cbind(x1, x0)); n <- ncol(x1)
    count <- as.integer(table(factor(apply(cbind(x1, x0), 1, paste, collapse = " "),
                                     levels = apply(both, 1, paste, collapse = " "))))
    over <- function(par, f) {
      eta1 <- drop(both[, 1:n, drop = FALSE] %*% par[slopes])
      eta0 <- drop(both[, n + 1:n, drop = FALSE] %*% par[slopes])
      sum(count * mapply(f, eta1, eta0)) / sum(count)
    }
    change <- function(par) {
      s <- sqrt(sum(par[sds]^2))
      over(par, function(a, b) at_least_share(par, a, top, k, s) - at_least_share(par, b, top, k, s))
    }
    better <- function(par) over(par, function(a, b)
      superiority(par, a, b, k, sqrt(sum(par[sds][!inside]^2)), sqrt(sum(par[sds][inside]^2))))
    s <- sqrt(sum(got$par[sds]^2))
    put(name, "ordinal", "share", level, over(got$par, function(a, b) at_least_share(got$par, a, top, k, s)))
    put(name, "ordinal", "change", level, change(got$par))
    put(name, "ordinal", "change_se", level, delta_se(change, got$par, got$cover))
    put(name, "ordinal", "superiority", level, better(got$par))
    put(name, "ordinal", "superiority_se", level, delta_se(better, got$par, got$cover))
  }
}
message("marginal effects")
with_marginals("cumulative_balanced", 4)
with_marginals("cumulative_missing_spaces", 4)

d <- ready$cumulative_no_groups$data
d$answer <- factor(d$value, ordered = TRUE)
m <- clm(answer ~ arm, data = d, control = clm.control(gradTol = 1e-12, maxIter = 200))
e <- emmeans(m, ~ arm, mode = "exc.prob", at = list(cut = "3|4"))
s <- summary(e); put("cumulative_no_groups", "emmeans", "share", s$arm, s[[2]])
s <- summary(contrast(e, "trt.vs.ctrl"))
put("cumulative_no_groups", "emmeans", "change", levels(d$arm)[-1], s$estimate)
put("cumulative_no_groups", "emmeans", "change_se", levels(d$arm)[-1], s$SE)

message("likelihood ratios")
compared <- function(name, quantity, small, large)
  put(name, "lme4 or ordinal", paste0(quantity, "_lr"), "", 2 * (large - small))
case <- ready$gaussian_balanced$case; d <- ready$gaussian_balanced$data
full <- gaussian_fit(formula_of(case), d, FALSE)
none <- gaussian_fit(formula_of(case, fixed = "1"), d, FALSE)
compared("gaussian_balanced", "without_arm", as.numeric(logLik(none)), as.numeric(logLik(full)))
# half of chi2(1): the p of a variance at its boundary
full <- as.numeric(logLik(gaussian_fit(formula_of(case), d, TRUE)))
less <- as.numeric(logLik(gaussian_fit(formula_of(case, c("rater", "scenario")), d, TRUE)))
put("gaussian_balanced", "lme4", "variance_lr", "scenario:arm", 2 * (full - less))
put("gaussian_balanced", "lme4", "variance_p", "scenario:arm", pchisq(2 * (full - less), 1, lower.tail = FALSE) / 2)
case <- ready$cumulative_balanced$case; d <- ready$cumulative_balanced$data
full <- cumulative_fit(case, d)$loglik
compared("cumulative_balanced", "without_arm", cumulative_fit(replace(case, "fixed", "1"), d)$loglik, full)
less <- cumulative_fit(case, d, c("rater", "scenario"))$loglik
put("cumulative_balanced", "ordinal", "variance_lr", "scenario:arm", 2 * (full - less))
put("cumulative_balanced", "ordinal", "variance_p", "scenario:arm",
    pchisq(2 * (full - less), 1, lower.tail = FALSE) / 2)

message("strata")
case <- ready$strata$case; d <- ready$strata$data
parts <- function(m) { v <- as.data.frame(VarCorr(m)); setNames(v$vcov, v$grp) }
null <- gaussian_fit(formula_of(case), d, TRUE)
main <- gaussian_fit(formula_of(case, fixed = case$additive), d, TRUE)
a <- parts(null); b <- parts(main)
put("strata", "lme4", "share_before", "stratum", a[["stratum"]] / sum(a))
put("strata", "lme4", "share_after", "stratum", b[["stratum"]] / sum(b))
put("strata", "lme4", "explained", "stratum", 1 - b[["stratum"]] / a[["stratum"]])
modes <- as.data.frame(ranef(main, condVar = TRUE)); modes <- modes[modes$grpvar == "stratum", ]
put("strata", "lme4", "residual", modes$grp, modes$condval)
put("strata", "lme4", "residual_sd", modes$grp, modes$condsd)
put("strata", "lme4", "additive_coefficient", clean(names(fixef(main))), fixef(main))
