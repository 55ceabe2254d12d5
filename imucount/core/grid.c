#include "core.h"

ptrdiff_t imucount_grid(double *clock, double *state, const double *t, const double *x, ptrdiff_t k, ptrdiff_t n,
                        double *bins, ptrdiff_t m)
{
    const double rate_hz = clock[0], origin_s = clock[1], step_s = 1.0 / rate_hz;
    double *last = state, *area = state + k, *at_edge = state + 2 * k;
    ptrdiff_t made = 0;

    for (ptrdiff_t i = 0; i < n; i++) {
        const double since_last_s = t[i] - clock[2], half_s = 0.5 * since_last_s;
        for (double edge_s; (edge_s = origin_s + (clock[3] + 1.0) * step_s) < t[i] && made < m; made++) {
            const double since_s = edge_s - clock[2], half_share = 0.5 * since_s / since_last_s;
            for (ptrdiff_t c = 0; c < k; c++) {
                const double until = area[c] + since_s * (last[c] + half_share * (x[c * n + i] - last[c]));
                bins[c * m + made] = (until - at_edge[c]) * rate_hz;
                at_edge[c] = until;
            }
            clock[3] += 1.0;
        }
        for (ptrdiff_t c = 0; c < k; c++) {
            area[c] += (last[c] + x[c * n + i]) * half_s;
            last[c] = x[c * n + i];
        }
        clock[2] = t[i];
    }
    return made;
}
