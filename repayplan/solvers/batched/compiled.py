"""The same method compiled: sixteen lanes at a time, whose numbers lie side by side in the cache."""

from __future__ import annotations

import numpy as np
from numba import njit

from repayplan.solvers.batched.batch import Batch
from repayplan.solvers.batched.reference import BACK, ENOUGH, FIXED, HUGE, MOST_ITERATIONS, SMALLEST_PIVOT, Points

W = 16


@njit(cache=True, error_model="numpy")
def _factor(x, original, updates, ustart, starts, m):
    for k in range(m):
        d = x[k * W : k * W + W]
        o = original[k * W : k * W + W]
        for l in range(W):
            p = d[l]
            d[l] = 1.0 / np.sqrt(p) if p > SMALLEST_PIVOT * o[l] else 1e-64
        for e in range(m + starts[k], m + starts[k + 1]):
            r = x[e * W : e * W + W]
            for l in range(W):
                r[l] *= d[l]
        for u in range(ustart[k], ustart[k + 1]):
            a = x[updates[u, 0] * W : updates[u, 0] * W + W]
            b = x[updates[u, 1] * W : updates[u, 1] * W + W]
            c = x[updates[u, 2] * W : updates[u, 2] * W + W]
            for l in range(W):
                a[l] -= b[l] * c[l]


@njit(cache=True, error_model="numpy")
def _solve(x, wanted, entries, order, starts, below, m):
    """Overwrites ``wanted`` with the solution; ``x`` is room for it."""
    for k in range(m):
        for l in range(W):
            x[k * W + l] = wanted[order[k] * W + l]
    for k in range(m):
        a = x[k * W : k * W + W]
        d = entries[k * W : k * W + W]
        for l in range(W):
            a[l] *= d[l]
        for e in range(starts[k], starts[k + 1]):
            t = x[below[e] * W : below[e] * W + W]
            f = entries[(m + e) * W : (m + e) * W + W]
            for l in range(W):
                t[l] -= f[l] * a[l]
    for k in range(m - 1, -1, -1):
        a = x[k * W : k * W + W]
        d = entries[k * W : k * W + W]
        for e in range(starts[k], starts[k + 1]):
            t = x[below[e] * W : below[e] * W + W]
            f = entries[(m + e) * W : (m + e) * W + W]
            for l in range(W):
                a[l] -= f[l] * t[l]
        for l in range(W):
            a[l] *= d[l]
            wanted[order[k] * W + l] = a[l]


@njit(cache=True, error_model="numpy")
def _times(out, A, x, R, C, sign):
    """out += sign * A x"""
    for e in range(len(R)):
        o = out[R[e] * W : R[e] * W + W]
        a = A[e * W : e * W + W]
        b = x[C[e] * W : C[e] * W + W]
        for l in range(W):
            o[l] += sign * a[l] * b[l]


@njit(cache=True, error_model="numpy")
def _direction(L, A, R, C, order, starts, below, m, n, theta, ths, h, hs, rp, dx, dy, ds, scratch, room):
    """dx = Θ(Aᵀdy − h), ds = Θs(dy − hs) with A dx + ds = rp; refined once."""
    for i in range(n * W):
        scratch[i] = theta[i] * h[i]
    for i in range(m * W):
        dy[i] = rp[i] + ths[i] * hs[i]
    _times(dy, A, scratch, R, C, 1.0)
    _solve(room, dy, L, order, starts, below, m)
    for again in range(2):
        for i in range(n * W):
            dx[i] = -h[i]
        _times(dx, A, dy, C, R, 1.0)
        for i in range(n * W):
            dx[i] *= theta[i]
        for i in range(m * W):
            ds[i] = ths[i] * (dy[i] - hs[i])
        if again == 0:
            for i in range(m * W):
                scratch[i] = rp[i] - ds[i]
            _times(scratch, A, dx, R, C, -1.0)
            _solve(room, scratch, L, order, starts, below, m)
            for i in range(m * W):
                dy[i] += scratch[i]


@njit(cache=True, error_model="numpy")
def _most(out, a, b, k):
    """out (W,) = max(out, −a·b) over k rows of lanes."""
    for i in range(k):
        p = a[i * W : i * W + W]
        q = b[i * W : i * W + W]
        for l in range(W):
            out[l] = max(out[l], -p[l] * q[l])


@njit(cache=True, error_model="numpy")
def _largest(out, a, k):
    for i in range(k):
        p = a[i * W : i * W + W]
        for l in range(W):
            out[l] = max(out[l], abs(p[l]))


@njit(cache=True, error_model="numpy")
def _dot(out, a, b, k):
    for i in range(k):
        p = a[i * W : i * W + W]
        q = b[i * W : i * W + W]
        for l in range(W):
            out[l] += p[l] * q[l]


@njit(cache=True, error_model="numpy")
def _dot_after(out, a, da, sa, b, db, sb, k):
    """out += (a + sa·da)(b + sb·db)"""
    for i in range(k):
        p = a[i * W : i * W + W]
        dp = da[i * W : i * W + W]
        q = b[i * W : i * W + W]
        dq = db[i * W : i * W + W]
        for l in range(W):
            out[l] += (p[l] + sa[l] * dp[l]) * (q[l] + sb[l] * dq[l])


@njit(cache=True, error_model="numpy")
def _move(a, da, step, k):
    for i in range(k):
        p = a[i * W : i * W + W]
        dp = da[i * W : i * W + W]
        for l in range(W):
            p[l] += step[l] * dp[l]


@njit(cache=True, error_model="numpy")
def _aim(out, t, a, da, b, db, on, k):
    """out = on·(t − a·b − da·db)"""
    for i in range(k):
        o = out[i * W : i * W + W]
        p = a[i * W : i * W + W]
        dp = da[i * W : i * W + W]
        q = b[i * W : i * W + W]
        dq = db[i * W : i * W + W]
        f = on[i * W : i * W + W]
        for l in range(W):
            o[l] = f[l] * (t[l] - p[l] * q[l] - dp[l] * dq[l])


@njit(cache=True, error_model="numpy")
def _block(c, w, b, ineq, A, R, C, order, starts, below, products, updates, ustart, m, n, size, enough, most):
    n_, m_ = n * W, m * W
    x = np.empty(n_); v = np.empty(n_); z = np.empty(n_); q = np.empty(n_)
    free = np.empty(n_); tight = np.empty(m_)
    y = np.zeros(m_); s = np.empty(m_); zs = np.empty(m_)
    count = np.zeros(W)
    for i in range(n):
        for l in range(W):
            j = i * W + l
            if w[j] <= FIXED:
                free[j] = 0.0; x[j] = 0.0; v[j] = 1.0; z[j] = 0.0; q[j] = 0.0
            else:
                free[j] = 1.0; x[j] = w[j] / 2; v[j] = w[j] / 2; z[j] = 1.0; q[j] = 1.0
                count[l] += 2
    for j in range(m_):
        s[j] = b[j]
    _times(s, A, x, R, C, -1.0)
    for j in range(n_):
        if free[j] == 0.0:
            x[j] = 1.0; w[j] = 2.0
    for i in range(m):
        for l in range(W):
            j = i * W + l
            if ineq[i]:
                s[j] = max(s[j], 0.1); zs[j] = 1.0; tight[j] = 1.0
                count[l] += 1
            else:
                s[j] = 1.0; zs[j] = 0.0; tight[j] = 0.0
    rd = np.empty(n_); ru = np.empty(n_); theta = np.empty(n_); h = np.empty(n_); ix = np.empty(n_); iv = np.empty(n_)
    iz = np.empty(n_); iq = np.empty(n_); izs = np.empty(m_)
    rp = np.empty(m_); rds = np.empty(m_); ths = np.empty(m_); hs = np.empty(m_); iss = np.empty(m_)
    dx = np.empty(n_); dy = np.empty(m_); ds = np.empty(m_)
    dv = np.empty(n_); dz = np.empty(n_); dq = np.empty(n_); dzs = np.empty(m_)
    rxz = np.empty(n_); rvq = np.empty(n_); rsz = np.empty(m_)
    L = np.empty(size * W); original = np.empty(m_)
    scratch = np.empty(max(n_, m_)); room = np.empty(m_)
    done = np.zeros(W, np.bool_); its = np.zeros(W, np.int64)
    mu = np.empty(W); ap = np.empty(W); ad = np.empty(W); aff = np.empty(W); t = np.empty(W); res = np.empty(W); obj = np.empty(W)
    for it in range(most):
        for j in range(n_):
            rd[j] = c[j] - z[j] + q[j]
        _times(rd, A, y, C, R, -1.0)
        for j in range(m_):
            rp[j] = b[j] - s[j] * tight[j]
        for j in range(n_):
            scratch[j] = x[j] * free[j]
        _times(rp, A, scratch, R, C, -1.0)
        for j in range(n_):
            rd[j] *= free[j]
            ru[j] = (w[j] - x[j] - v[j]) * free[j]
        for j in range(m_):
            rds[j] = (-y[j] - zs[j]) * tight[j]
        mu[:] = 0.0; res[:] = 0.0; obj[:] = 0.0
        _dot(mu, x, z, n); _dot(mu, v, q, n); _dot(mu, s, zs, m); _dot(obj, c, scratch, n)
        _largest(res, rd, n); _largest(res, rds, m); _largest(res, rp, m)
        all_done = True
        for l in range(W):
            if not done[l]:
                its[l] = it
                if mu[l] <= enough * (1 + abs(obj[l])) and res[l] <= 1e-9:
                    done[l] = True
                else:
                    all_done = False
            mu[l] /= max(count[l], 1.0)
        if all_done:
            break
        for j in range(n_):
            ix[j] = 1.0 / x[j]
            iv[j] = 1.0 / v[j]
            theta[j] = free[j] / (z[j] * ix[j] + q[j] * iv[j] + (1.0 - free[j]))
        for j in range(m_):
            iss[j] = 1.0 / s[j]
            ths[j] = tight[j] * s[j] / (zs[j] + 1.0 - tight[j])
        L[:] = 0.0
        for p in range(len(products)):
            o = L[products[p, 0] * W : products[p, 0] * W + W]
            a1 = A[products[p, 1] * W : products[p, 1] * W + W]
            a2 = A[products[p, 2] * W : products[p, 2] * W + W]
            th = theta[products[p, 3] * W : products[p, 3] * W + W]
            for l in range(W):
                o[l] += a1[l] * a2[l] * th[l]
        for k in range(m):
            for l in range(W):
                L[k * W + l] += ths[order[k] * W + l]
                original[k * W + l] = L[k * W + l]
        _factor(L, original, updates, ustart, starts, m)
        for j in range(n_):
            rxz[j] = -x[j] * z[j]
            rvq[j] = -v[j] * q[j]
        for j in range(m_):
            rsz[j] = -s[j] * zs[j]
        for phase in range(2):
            for j in range(n_):
                h[j] = (rd[j] - rxz[j] * ix[j] + (rvq[j] - q[j] * ru[j]) * iv[j]) * free[j]
            for j in range(m_):
                hs[j] = (rds[j] - rsz[j] * iss[j]) * tight[j]
            _direction(L, A, R, C, order, starts, below, m, n, theta, ths, h, hs, rp, dx, dy, ds, scratch, room)
            for j in range(n_):
                dv[j] = ru[j] - dx[j]
                dz[j] = (rxz[j] - z[j] * dx[j]) * ix[j]
                dq[j] = (rvq[j] - q[j] * dv[j]) * iv[j]
            for j in range(m_):
                dzs[j] = (rsz[j] - zs[j] * ds[j]) * iss[j]
            if phase == 0:
                for j in range(n_):
                    iz[j] = free[j] / (z[j] + 1.0 - free[j])
                    iq[j] = free[j] / (q[j] + 1.0 - free[j])
                for j in range(m_):
                    izs[j] = tight[j] / (zs[j] + 1.0 - tight[j])
            least = 1.0 if phase == 0 else BACK
            ap[:] = least; ad[:] = least
            _most(ap, dx, ix, n); _most(ap, dv, iv, n); _most(ap, ds, iss, m)
            _most(ad, dz, iz, n); _most(ad, dq, iq, n); _most(ad, dzs, izs, m)
            for l in range(W):
                ap[l] = least / ap[l]
                ad[l] = least / ad[l]
            if phase == 0:
                aff[:] = 0.0
                _dot_after(aff, x, dx, ap, z, dz, ad, n)
                _dot_after(aff, v, dv, ap, q, dq, ad, n)
                _dot_after(aff, s, ds, ap, zs, dzs, ad, m)
                for l in range(W):
                    ratio = aff[l] / max(count[l], 1.0) / mu[l] if mu[l] > 0 else 0.0
                    t[l] = ratio * ratio * ratio * mu[l]
                _aim(rxz, t, x, dx, z, dz, free, n)
                _aim(rvq, t, v, dv, q, dq, free, n)
                _aim(rsz, t, s, ds, zs, dzs, tight, m)
        for l in range(W):
            if done[l]:
                ap[l] = 0.0; ad[l] = 0.0
        _move(x, dx, ap, n); _move(v, dv, ap, n); _move(z, dz, ad, n); _move(q, dq, ad, n)
        _move(y, dy, ad, m); _move(s, ds, ap, m); _move(zs, dzs, ad, m)
    for j in range(n_):
        x[j] *= free[j]
    return x, y, its, done


def interior(batch: Batch, enough: float = ENOUGH, most: int = MOST_ITERATIONS) -> Points:
    shape, N = batch.pattern, batch.lanes
    n, m = batch.cost.shape[0], shape.height
    blocks = -(-N // W)
    pad = np.minimum(np.arange(blocks * W), N - 1)
    out_x, out_y = np.empty((n, N)), np.empty((m, N))
    its, conv = np.empty(N, np.int64), np.empty(N, bool)
    w = batch.upper - batch.lower
    b = batch.rhs.copy()
    moved = batch.values * batch.lower[shape.columns]
    np.subtract.at(b, shape.rows, moved)
    for block in range(blocks):
        lanes = pad[block * W : block * W + W]
        f = lambda a: np.ascontiguousarray(a[:, lanes]).ravel()
        x, y, i, d = _block(f(batch.cost), f(w), f(b), ~batch.equal, f(batch.values), shape.rows, shape.columns, shape.order, shape.starts, shape.below, shape.products, shape.updates, shape.update_starts, m, n, shape.size, enough, most)
        real = slice(block * W, min(block * W + W, N))
        k = real.stop - real.start
        out_x[:, real] = batch.lower[:, real] + x.reshape(n, W)[:, :k]
        out_y[:, real] = y.reshape(m, W)[:, :k]
        its[real], conv[real] = i[:k], d[:k]
    return Points(out_x, out_y, its, conv)
