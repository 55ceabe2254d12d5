/* The compiled core: what is done for every sample.
 *
 * Doubles, in a fixed order of operations, none of them fused: however a stream is cut, the result is the same to
 * the bit. Nothing is allocated, and nothing kept: all memory is the caller's.
 */
#ifndef IMUCOUNT_CORE_H
#define IMUCOUNT_CORE_H

#include <stddef.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

/* Tells of what sources a library was made. */
EXPORT const char *imucount_sources(void);

/* Filters n samples of each of k channels, row after row, from x to y, which may be the same.
 *
 * b and a are the coefficients above and below the line, order + 1 of each, a[0] is 1; z is what the filter
 * remembers, k rows of order values: its form is the transposed second direct one.
 */
EXPORT void imucount_filter(const double *b, const double *a, ptrdiff_t order, double *z, const double *x, double *y,
                            ptrdiff_t k, ptrdiff_t n);

#endif
