# Writes data/*.csv, expected.csv and session-info.txt. From this folder:  Rscript make.R
# Every fit is refined by Newton steps on R's own criterion, because the defaults stop
# too early to be a witness.
suppressPackageStartupMessages({
  library(lme4); library(lmerTest); library(ordinal); library(glmmTMB); library(emmeans); library(numDeriv)
})
source("simulate.R")

out <- list()
put <- function(case, source, quantity, name, value) {
  out[[length(out) + 1]] <<- data.frame(case, source, quantity, name = as.character(name),
                                        value = sprintf("%.17g", value))
}

levelled <- function(d, y) {
  for (v in names(d)) if (is.character(d[[v]]) || (is.integer(d[[v]]) && !v %in% c("value", "weight"))) {
    f <- factor(d[[v]])
    if (nlevels(f) > 1 && v %in% c("arm", "gender", "ethnicity")) {
      # the column names that the formula package of Python gives
      treat <- contr.treatment(nlevels(f)); colnames(treat) <- paste0("[T.", levels(f)[-1], "]")
      contrasts(f, how.many = nlevels(f) - 1) <- treat
    }
    d[[v]] <- f
  }
  d
}
clean <- function(names) sub("^\\(Intercept\\)$", "Intercept", names)

formula_of <- function(case, groups = case$groups, fixed = case$fixed, y = "value") {
  as.formula(paste(y, "~", paste(c(fixed, sprintf("(1 | %s)", groups)), collapse = " + ")))
}

polish <- function(par, f, free = rep(TRUE, length(par)), steps = 4) {
  at <- function(x) { p <- par; p[free] <- x; f(p) }
  for (i in seq_len(steps)) {
    g <- grad(at, par[free]); h <- hessian(at, par[free])
    par[free] <- par[free] - drop(solve(h, g))
  }
  list(par = par, hessian = hessian(at, par[free]), gradient = max(abs(grad(at, par[free]))))
}

put_modes <- function(name, m) {
  modes <- as.data.frame(ranef(m, condVar = TRUE))
  keep <- modes$grpvar %in% c("rater", "scenario", "stratum")
  modes <- modes[keep, ]
  key <- paste(modes$grpvar, modes$grp, sep = "=")
  put(name, "lme4", "mode", key, modes$condval)
  put(name, "lme4", "mode_sd", key, modes$condsd)
}

gaussian_fit <- function(formula, d, REML) {
  parsed <- lFormula(formula, d, REML = REML)
  dev <- do.call(mkLmerDevfun, parsed)
  opt <- nlminb(rep(1, length(parsed$reTrms$theta)), dev, lower = 0,
                control = list(abs.tol = 0, rel.tol = 1e-15, x.tol = 1e-14))
  free <- opt$par > 1e-5
  theta <- ifelse(free, opt$par, 0)
  if (any(free)) theta <- polish(theta, dev, free)$par
  fval <- dev(theta)
  mkMerMod(environment(dev), list(par = theta, fval = fval, feval = 1, conv = 0, message = ""),
           parsed$reTrms, parsed$fr)
}

do_gaussian <- function(name, case, d) {
  # R keeps the mean in its cross-products and loses digits far from zero: it gets the shifted
  # values, and its intercept is shifted back, which is exact.
  shift <- if (is.null(case$shift)) 0 else case$shift
  d$value <- d$value - shift
  back <- function(b) { b[["(Intercept)"]] <- b[["(Intercept)"]] + shift; b }
  m <- gaussian_fit(formula_of(case), d, TRUE)
  put(name, "lme4", "coefficient", clean(names(fixef(m))), back(fixef(m)))
  put(name, "lme4", "se", clean(names(fixef(m))), sqrt(diag(as.matrix(vcov(m)))))
  sds <- as.data.frame(VarCorr(m))
  put(name, "lme4", "sd", sds$grp, sds$sdcor)
  put(name, "lme4", "reml_loglik", "", as.numeric(logLik(m)))
  ml <- gaussian_fit(formula_of(case), d, FALSE)
  put(name, "lme4", "ml_loglik", "", as.numeric(logLik(ml)))
  put(name, "lme4", "ml_coefficient", clean(names(fixef(ml))), back(fixef(ml)))
  put_modes(name, m)
  if (!isSingular(m, tol = 1e-5)) {
    call <- lmerTest::lmer(formula_of(case), d,
      control = lmerControl(optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-13, ftol_abs = 1e-15,
                                                                    maxeval = 1e5)))
    put(name, "lmerTest", "df", clean(names(fixef(call))), summary(call)$coefficients[, "df"])
  } else {
    zero <- sds$grp[sds$sdcor == 0]
    less <- gaussian_fit(formula_of(case, setdiff(case$groups, zero)), d, TRUE)
    put(name, "lme4", "reduced_se", clean(names(fixef(less))), sqrt(diag(as.matrix(vcov(less)))))
    put(name, "lme4", "reduced_reml_loglik", "", as.numeric(logLik(less)))
    call <- lmerTest::lmer(formula_of(case, setdiff(case$groups, zero)), d,
      control = lmerControl(optimizer = "nloptwrap", optCtrl = list(xtol_abs = 1e-13, ftol_abs = 1e-15,
                                                                    maxeval = 1e5)))
    put(name, "lmerTest", "reduced_df", clean(names(fixef(call))), summary(call)$coefficients[, "df"])
  }
  invisible(m)
}

binomial_fit <- function(formula, d, w) {
  d$w_ <- w
  parsed <- glFormula(formula, d, family = binomial, weights = w_)
  dev <- do.call(mkGlmerDevfun, c(parsed, list(control = glmerControl(tolPwrss = 1e-13))))
  start <- optimizeGlmer(dev)
  dev <- updateGlmerDevfun(dev, parsed$reTrms)
  nt <- length(parsed$reTrms$theta); np <- nt + ncol(parsed$X)
  from <- c(start$par, environment(dev)$pp$beta(0))
  opt <- nlminb(from, dev, lower = rep(c(0, -Inf), c(nt, np - nt)),
                control = list(rel.tol = 1e-14, x.tol = 1e-12, eval.max = 4000, iter.max = 2000))
  free <- !(seq_len(np) <= nt & opt$par < 1e-4)
  par <- ifelse(free, opt$par, 0)
  best <- polish(par, dev, free)
  fval <- dev(best$par)
  m <- mkMerMod(environment(dev), list(par = best$par, fval = fval, feval = 1, conv = 0, message = ""),
                parsed$reTrms, parsed$fr)
  joint <- solve(best$hessian / 2)
  fixed <- tail(seq_len(sum(free)), np - nt)
  list(model = m, se = sqrt(diag(joint))[fixed], gradient = best$gradient)
}

do_binomial <- function(name, case, d) {
  w <- if (is.null(d$weight)) rep(1, nrow(d)) else d$weight
  got <- binomial_fit(formula_of(case), d, w)
  m <- got$model
  put(name, "lme4", "coefficient", clean(names(fixef(m))), fixef(m))
  put(name, "lme4", "se", clean(names(fixef(m))), got$se)
  sds <- as.data.frame(VarCorr(m))
  put(name, "lme4", "sd", sds$grp, sds$sdcor)
  put(name, "lme4", "ml_loglik", "", as.numeric(logLik(m)))
  put(name, "lme4", "largest_gradient", "", got$gradient)
  put_modes(name, m)
  d$w_ <- w
  second <- glmmTMB(formula_of(case), d, family = binomial, weights = w_,
                    control = glmmTMBControl(optCtrl = list(rel.tol = 1e-14, eval.max = 2000, iter.max = 2000)))
  at <- summary(second)$coefficients$cond
  put(name, "glmmTMB", "coefficient", clean(rownames(at)), at[, 1])
  if (all(is.finite(at[, 2]))) put(name, "glmmTMB", "se", clean(rownames(at)), at[, 2])
}

cumulative_fit <- function(case, d, groups = case$groups) {
  d$answer <- factor(d$value, ordered = TRUE)
  w <- rep(1, nrow(d))
  control <- clmm.control(maxIter = 200, gradTol = 1e-10, maxLineIter = 100, innerCtrl = "noWarn",
                          useMatrix = TRUE)
  formula <- formula_of(case, groups, y = "answer")
  rho <- eval(bquote(clmm(.(formula), data = d, doFit = FALSE, control = control)))
  f <- function(p) ordinal:::getNLA(rho, p)
  start <- ordinal:::getPar.clmm(rho)
  n <- length(start); nt <- length(groups)
  opt <- nlminb(start, f, lower = rep(c(-Inf, 0), c(n - nt, nt)),
                control = list(rel.tol = 1e-14, x.tol = 1e-12, eval.max = 4000, iter.max = 2000))
  free <- !(seq_len(n) > n - nt & opt$par < 1e-3)
  best <- polish(ifelse(free, opt$par, 0), f, free)
  f(best$par)
  x <- model.matrix(as.formula(paste("~", case$fixed)), d)
  k <- nlevels(d$answer) - 1
  names(best$par) <- c(paste(levels(d$answer)[1:k], levels(d$answer)[2:(k + 1)], sep = "|"),
                       clean(colnames(x)[-1]), names(rho$ST))
  cover <- solve(best$hessian)
  u <- as.numeric(rho$u)
  sizes <- rho$dims$nlev.re
  sd_of <- rep(unlist(rho$ST), sizes)
  cond <- sqrt(diag(as.matrix(solve(rho$L))) * sd_of^2)
  gf <- rho$gfList
  list(par = best$par, free = free, cover = cover, loglik = -f(best$par), k = k, n = n, nt = nt,
       gradient = best$gradient, mode = sd_of * u, cond = cond, sizes = sizes, rho = rho, data = d)
}

do_cumulative <- function(name, case, d) {
  if (length(case$groups) == 0) return(do_clm(name, case, d))
  got <- cumulative_fit(case, d)
  groups <- names(got$sizes)
  at <- seq_len(got$n - got$nt)
  thresholds <- at[at <= got$k]; slopes <- at[at > got$k]
  se <- rep(NA, got$n); se[got$free] <- sqrt(diag(got$cover))
  put(name, "ordinal", "threshold", names(got$par)[thresholds], got$par[thresholds])
  put(name, "ordinal", "threshold_se", names(got$par)[thresholds], se[thresholds])
  put(name, "ordinal", "coefficient", names(got$par)[slopes], got$par[slopes])
  put(name, "ordinal", "se", names(got$par)[slopes], se[slopes])
  put(name, "ordinal", "sd", groups, tail(got$par, got$nt))
  put(name, "ordinal", "ml_loglik", "", got$loglik)
  put(name, "ordinal", "largest_gradient", "", got$gradient)
  from <- 0
  for (g in groups) {
    here <- from + seq_len(got$sizes[[g]]); from <- from + got$sizes[[g]]
    if (!g %in% c("rater", "scenario")) next
    lev <- levels(factor(got$data[[g]][!is.na(got$data$value)]))
    put(name, "ordinal", "mode", paste(g, lev, sep = "="), got$mode[here])
    put(name, "ordinal", "mode_sd", paste(g, lev, sep = "="), got$cond[here])
  }
  # the packaged call, as a check that the refined optimum is the same one
  d$answer <- factor(d$value, ordered = TRUE)
  packaged <- eval(bquote(clmm(.(formula_of(case, y = "answer")), data = d)))
  put(name, "clmm as packaged", "ml_loglik", "", as.numeric(logLik(packaged)))
}

do_clm <- function(name, case, d) {
  d$answer <- factor(d$value, ordered = TRUE)
  m <- clm(answer ~ arm, data = d, control = clm.control(gradTol = 1e-12, maxIter = 200))
  k <- length(m$alpha); se <- sqrt(diag(vcov(m)))
  put(name, "ordinal", "threshold", names(m$alpha), m$alpha)
  put(name, "ordinal", "threshold_se", names(m$alpha), se[seq_len(k)])
  put(name, "ordinal", "coefficient", names(m$beta), m$beta)
  put(name, "ordinal", "se", names(m$beta), se[-seq_len(k)])
  put(name, "ordinal", "ml_loglik", "", as.numeric(logLik(m)))
}

ready <- list()
for (name in names(cases)) {
  case <- cases[[name]]
  write.csv(case$data, file.path("data", paste0(name, ".csv")), row.names = FALSE, na = "")
  d <- case$data
  needed <- unique(c("value", all.vars(as.formula(paste("~", case$fixed))), unlist(strsplit(case$groups, ":"))))
  d <- d[complete.cases(d[, needed, drop = FALSE]), ]
  if (!is.null(case$without)) d <- d[d$arm != case$without, ]   # what the limit of separation is
  if (!is.null(case$leave)) case$groups <- setdiff(case$groups, case$leave)
  d <- levelled(d)
  ready[[name]] <- list(case = case, data = d)
  message(name)
  switch(case$family, gaussian = do_gaussian(name, case, d), binomial = do_binomial(name, case, d),
         cumulative = do_cumulative(name, case, d))
}

source("inference.R")

write.csv(do.call(rbind, out), "expected.csv", row.names = FALSE, quote = TRUE)
keys <- lapply(names(cases), function(n) with(cases[[n]], data.frame(case = n, family = family,
  formula = paste("value ~", fixed), groups = paste(groups, collapse = " + "))))
write.csv(do.call(rbind, keys), "cases.csv", row.names = FALSE)
info <- sessionInfo()
lines <- capture.output(print(info, locale = FALSE))
writeLines(lines[!grepl("^(BLAS|LAPACK|Running|Platform|Matrix products)", lines)], "session-info.txt")
