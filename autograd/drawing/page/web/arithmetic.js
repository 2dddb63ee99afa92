// Functions of rules on numbers, under NumPy's names, with the special values of IEEE 754 and of the C library.
const A = (() => {
const { abs, cbrt, ceil, cos, cosh, exp, expm1, floor, hypot, log, log10, log1p, log2, sin, sinh, sqrt, tan, tanh, trunc } = Math;

const BERNOULLI = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330];

function series(first, next) {
  let sum = 0;
  for (let term = first, k = 1; sum + term !== sum && k < 10000; k++) {
    sum += term;
    term *= next(k);
  }
  return sum;
}

// a₁/(b₁ + a₂/(b₂ + …)), of the terms [aₖ, bₖ].
function fraction(term) {
  let f = 0;
  for (let k = 500; k > 0; k--) {
    const [a, b] = term(k);
    f = a / (b + f);
  }
  return f;
}

const A = {
  abs, cbrt, ceil, cos, cosh, exp, expm1, floor, hypot, log, log10, log1p, log2, sin, sinh, sqrt, tan, tanh, trunc,
  arccos(x) { return Math.acos(x); },
  arccosh(x) { return Math.acosh(x); },
  arcsin(x) { return Math.asin(x); },
  arcsinh(x) { return Math.asinh(x); },
  arctan(x) { return Math.atan(x); },
  arctan2(a, b) { return Math.atan2(a, b); },
  arctanh(x) { return Math.atanh(x); },
  sign(x) { return Math.sign(x) + 0; },
  square(x) { return x * x; },
  exp2(x) { return 2 ** x; },
  copysign(a, b) { return b < 0 || Object.is(b, -0) ? -abs(a) : abs(a); },
  pow(a, b) { return a === 1 || (a === -1 && abs(b) === Infinity) ? 1 : a ** b; },
  power(a, b) { return b === 2 ? a * a : b === 3 ? a * a * a : A.pow(a, b); },
  maximum(a, b) { return a > b || a !== a ? a : b; },
  minimum(a, b) { return a < b || a !== a ? a : b; },
  fmax(a, b) { return a > b || b !== b ? a : b; },
  fmin(a, b) { return a < b || b !== b ? a : b; },
  fmod(a, b) { return a % b; },
  remainder(a, b) {
    const rest = a % b;
    return rest === 0 ? A.copysign(0, b) : b < 0 !== rest < 0 ? rest + b : rest;
  },
  floor_divide(a, b) {
    if (b === 0) return a / b;
    const rest = a % b;
    const whole = (a - rest) / b - (rest !== 0 && b < 0 !== rest < 0 ? 1 : 0);
    const down = floor(whole);
    return whole === 0 ? A.copysign(0, a / b) : whole - down > 0.5 ? down + 1 : down;
  },
  rint(x) {  // to even
    const down = floor(x), part = x - down;
    return A.copysign(part < 0.5 || (part === 0.5 && down % 2 === 0) ? down : part >= 0.5 ? down + 1 : x, x);
  },
  round(x, decimals) { return decimals ? A.rint(x * 10 ** decimals) / 10 ** decimals : A.rint(x); },
  exponent(x) { return x === 0 || !A.isfinite(x) ? 0 : floor(log2(abs(x))) + 1; },
  ldexp(x, n) { return x * 2 ** n; },
  isfinite(x) { return abs(x) < Infinity; },
  isinf(x) { return abs(x) === Infinity; },
  isnan(x) { return x !== x; },
  logaddexp(a, b) { return a === b ? a + Math.LN2 : A.maximum(a, b) + log1p(exp(-abs(a - b))); },
  erf(x) {
    const a = abs(x);
    if (a > 2) return x > 0 ? 1 - A.erfc(x) : A.erfc(-x) - 1;
    return a < 1e-300 || x !== x ? x * 1.1283791670955126 : 1.1283791670955126 * exp(-x * x) * x * series(1, (k) => (2 * x * x) / (2 * k + 1));
  },
  erfc(x) {  // by a continued fraction in the tail (Abramowitz & Stegun, 7.1.14)
    if (!(x > 2)) return x < -2 ? 2 - A.erfc(-x) : 1 - A.erf(x);
    if (x > 27.3) return 0;
    let f = 0;
    for (let k = 120; k > 0; k--) f = k / 2 / (x + f);
    const high = Math.fround(x), low = x - high;
    return (exp(-high * high) * exp(-low * (x + high))) / (x + f) / 1.7724538509055161;
  },
  erfinv(x) {
    return x > 0.5 ? A.erfcinv(1 - x) : x < -0.5 ? -A.erfcinv(1 + x) : A.newton(x * 0.886, (t) => A.erf(t) - x);
  },
  erfcinv(x) {
    if (!(x >= 0 && x <= 2)) return NaN;
    if (x === 0 || x === 2) return x === 0 ? Infinity : -Infinity;
    if (x > 1) return -A.erfcinv(2 - x);
    const r = sqrt(2 * Math.LN2 - 2 * log(x));
    return A.newton((r - (2.30753 + 0.27061 * r) / (1 + r * (0.99229 + 0.04481 * r))) * Math.SQRT1_2, (t) => x - A.erfc(t));
  },
  newton(t, miss) {  // root of a function with the slope of erf, by Halley's method
    for (let k = 0; k < 4; k++) {
      const step = (miss(t) * exp(t * t)) / 1.1283791670955126;
      if (!(abs(step) < 1)) return t;
      t -= step / (1 + t * step);
    }
    return t;
  },
  ndtri(p) {
    if (abs(p - 0.5) < 0.25) return Math.SQRT2 * A.erfinv(2 * p - 1);
    return p <= 0.5 ? -Math.SQRT2 * A.erfcinv(2 * p) : Math.SQRT2 * A.erfcinv(2 * (1 - p));
  },
  gammaln(x) {  // Stirling's series after a shift
    if (x !== x || abs(x) === Infinity) return x;
    if (x <= 0) return x === floor(x) ? Infinity : log(Math.PI) - log(abs(A.sin_pi(x))) - A.gammaln(1 - x);
    let product = 1, z = x;
    for (; z < 15; z++) product *= z;
    const series = BERNOULLI.reduceRight((s, b, k) => s / (z * z) + b / ((2 * k + 2) * (2 * k + 1)), 0) / z;
    return (z - 0.5) * log(z) - z + 0.9189385332046727 + series - log(product);
  },
  digamma(x) {
    if (x <= 0) return x === floor(x) ? (x === 0 ? -A.copysign(Infinity, x) : NaN) : A.digamma(1 - x) - Math.PI / tan(Math.PI * (x - A.rint(x)));
    if (x === Infinity) return x;
    let z = x, before = 0;
    for (; z < 15; z++) before += 1 / z;
    return log(z) - 0.5 / z - BERNOULLI.reduceRight((s, b, k) => (s + b / (2 * k + 2)) / (z * z), 0) - before;
  },
  polygamma(n, x) {  // a Hurwitz zeta function, by the formula of Euler and Maclaurin after a shift
    if (n === 0) return A.digamma(x);
    if (x !== x || x === Infinity) return x !== x ? x : 0;
    if (x <= 0 && x === floor(x)) return n % 2 ? Infinity : -Infinity;
    if (x < -1e5) return NaN;
    let z = x, sum = 0, factor = 1;
    for (let k = 2; k <= n; k++) factor *= k;
    for (; z < 15 + n; z++) sum += z ** -(n + 1);
    sum += z ** -n / n + 0.5 * z ** -(n + 1);
    for (let k = 0, c = n + 1; k < BERNOULLI.length; k++) {
      sum += ((BERNOULLI[k] * c) / A.factorial(2 * k + 2)) * z ** -(n + 2 * k + 2);
      c *= (n + 2 * k + 2) * (n + 2 * k + 3);
    }
    return (n % 2 ? 1 : -1) * factor * sum;
  },
  gammainc(a, x) {
    if (!(x >= 0 && x < a + 1)) return x >= 0 ? 1 - A.gammaincc(a, x) : NaN;
    return x === 0 ? 0 : exp(a * log(x) - x - A.gammaln(a + 1)) * series(1, (k) => x / (a + k));
  },
  gammaincc(a, x) {  // by a continued fraction in the tail (Abramowitz & Stegun, 6.5.31)
    if (!(x >= a + 1)) return 1 - A.gammainc(a, x);
    return x > 1e4 + 10 * a ? 0 : exp(a * log(x) - x - A.gammaln(a)) / (x + 1 - a + fraction((k) => [-k * (k - a), x + 2 * k + 1 - a]));
  },
  betainc(a, b, x) {  // by a continued fraction (Abramowitz & Stegun, 26.5.8)
    if (!(x > 0 && x < 1)) return x === 0 || x === 1 ? x : NaN;
    if (x > (a + 1) / (a + b + 2)) return 1 - A.betainc(b, a, 1 - x);
    const front = exp(a * log(x) + b * log1p(-x) + A.gammaln(a + b) - A.gammaln(a) - A.gammaln(b)) / a;
    return front / (1 + fraction((k) => {
      const m = k >> 1;
      return [((k % 2 ? -(a + m) * (a + b + m) : m * (b - m)) * x) / ((a + k - 1) * (a + k)), 1];
    }));
  },
  factorial(n) { return n < 2 ? 1 : n * A.factorial(n - 1); },
  sin_pi(x) { const whole = A.rint(x); return (1 - 2 * abs(whole % 2)) * sin(Math.PI * (x - whole)); },
  cos_pi(x) { const whole = A.rint(x); return (1 - 2 * abs(whole % 2)) * sin(Math.PI * (0.5 - abs(x - whole))); },
  sinc_derivative(x, n) {  // of order n, by recurrence, and by the series near 0
    if (x !== x || abs(x) === Infinity) return x !== x ? x : 0;
    if (abs(x) * Math.PI >= n + 1) {
      const turns = [A.sin_pi(x), A.cos_pi(x)], at = (k) => (k % 4 < 2 ? 1 : -1) * turns[k % 2];
      let f = at(0) / (Math.PI * x);
      for (let k = 1; k <= n; k++) f = (Math.PI ** (k - 1) * at(k) - k * f) / x;
      return f;
    }
    let total = 0;
    for (let k = (n + 1) >> 1; k < ((n + 1) >> 1) + 12 + 2 * n; k++) {
      const falling = A.factorial(2 * k) / A.factorial(2 * k - n);
      total += ((falling * (k % 2 ? -1 : 1) * Math.PI ** (2 * k)) / A.factorial(2 * k + 1)) * A.pow(x, 2 * k - n);
    }
    return total;
  },
};
return A;
})();
