#include "core.h"

void imucount_filter(const double *b, const double *a, ptrdiff_t order, double *z, const double *x, double *y,
                     ptrdiff_t k, ptrdiff_t n)
{
    for (; k > 0; k--, z += order, x += n, y += n) {
        for (ptrdiff_t i = 0; i < n; i++) {
            const double in = x[i], out = b[0] * in + z[0];
            for (ptrdiff_t j = 1; j < order; j++)
                z[j - 1] = b[j] * in - a[j] * out + z[j];
            z[order - 1] = b[order] * in - a[order] * out;
            y[i] = out;
        }
    }
}
