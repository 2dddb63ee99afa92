// Functions of rules on arrays that are no loops over entries: sorting, and linear systems, of stacks of rows and matrices.
Object.assign(A, {
  argsort(y, x, rows, n) {  // stable, NaN last
    for (let r = 0; r < rows; r++) {
      const row = x.subarray(r * n, (r + 1) * n);
      y.set(Array.from(row.keys()).sort((i, j) => (row[i] !== row[i]) - (row[j] !== row[j]) || row[i] - row[j] || i - j), r * n);
    }
  },
  permute(y, x, order, rows, n) {
    for (let i = 0; i < rows * n; i++) y[i] = x[i - (i % n) + order[i]];
  },
  eliminate(a, b, n, m) {  // Gauss with row exchanges, in place: b becomes the solution; returns the sign and log of |det a|
    let sign = 1, log = 0;
    for (let k = 0; k < n; k++) {
      let pivot = k;
      for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k])) pivot = i;
      if (pivot !== k) {
        sign = -sign;
        for (const [x, columns] of [[a, n], [b, m]]) for (let j = 0; j < columns; j++) {
          [x[k * columns + j], x[pivot * columns + j]] = [x[pivot * columns + j], x[k * columns + j]];
        }
      }
      sign *= Math.sign(a[k * n + k]);
      log += Math.log(Math.abs(a[k * n + k]));
      for (let i = k + 1; i < n; i++) {
        const factor = a[i * n + k] / a[k * n + k];
        for (let j = k; factor !== 0 && j < n; j++) a[i * n + j] -= factor * a[k * n + j];
        for (let j = 0; factor !== 0 && j < m; j++) b[i * m + j] -= factor * b[k * m + j];
      }
    }
    for (let i = n - 1; i >= 0; i--) for (let j = 0; j < m; j++) {
      for (let k = i + 1; k < n; k++) b[i * m + j] -= a[i * n + k] * b[k * m + j];
      b[i * m + j] /= a[i * n + i];
    }
    return [sign, log];
  },
  solve(y, a, b, count, n, m) {
    y.set(b);
    for (let c = 0; c < count; c++) A.eliminate(a.slice(c * n * n, (c + 1) * n * n), y.subarray(c * n * m, (c + 1) * n * m), n, m);
  },
  slogdet(y, a, count, n) {  // pairs of a sign and a logarithm
    for (let c = 0; c < count; c++) y.set(A.eliminate(a.slice(c * n * n, (c + 1) * n * n), [], n, 0), 2 * c);
  },
  cholesky(y, a, count, n) {
    for (let c = 0; c < count; c++) for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) {
      const at = (r, s) => (c * n + r) * n + s;
      let sum = a[at(i, j)];
      for (let k = 0; k < j && j <= i; k++) sum -= y[at(i, k)] * y[at(j, k)];
      y[at(i, j)] = j > i ? 0 : j === i ? Math.sqrt(sum) : sum / y[at(j, j)];
    }
  },
});
