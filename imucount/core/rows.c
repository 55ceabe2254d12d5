#include "core.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Longest cell that is read here; one that is longer is none of a usual table. */
enum { LONGEST = 256 };

/* Powers of ten that a double holds exactly: a product or ratio of two such numbers is rounded once, and so right. */
enum { EXACT_TENS = 22 };
static const long double TENS[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,  1e7L,  1e8L,  1e9L,  1e10L, 1e11L,
                                   1e12L, 1e13L, 1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L, 1e21L, 1e22L};
static const uint64_t EXACT_DIGITS = UINT64_C(1) << 53, MOST_DIGITS = UINT64_C(1000000000000000000);

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Puts digits and a power of ten together; whether the result is known to be the nearest double.
 *
 * Where a long double is longer, what it may be off by mostly leaves one double to round it to.
 */
static int put_together(uint64_t digits, ptrdiff_t exponent, int is_cut, double *value)
{
    if (exponent < -EXACT_TENS || exponent > EXACT_TENS)
        return 0;
    if (!is_cut && digits <= EXACT_DIGITS) {
        *value = exponent < 0 ? (double)digits / (double)TENS[-exponent] : (double)digits * (double)TENS[exponent];
        return 1;
    }
    const long double near = exponent < 0 ? (long double)digits / TENS[-exponent] : (long double)digits * TENS[exponent];
    const long double off = near * LDBL_EPSILON * (is_cut ? 32 : 2);
    *value = (double)(near - off);
    return *value == (double)(near + off);
}

/* Reads a number that has too many digits to be right at once; `mark` is where its decimal mark is, or NULL. */
static int read_long_number(const char *begin, const char *end, const char *mark, double *value)
{
    char text[LONGEST + 16];
    const char *point = localeconv()->decimal_point; /* strtod takes this alone */
    const size_t before = (size_t)((mark == NULL ? end : mark) - begin), width = strlen(point);
    if (end - begin >= LONGEST || width > 8)
        return 0;
    memcpy(text, begin, before);
    char *to = text + before;
    if (mark != NULL) {
        memcpy(to, point, width);
        memcpy(to + width, mark + 1, (size_t)(end - mark) - 1);
        to += width + (size_t)(end - mark) - 1;
    }
    *to = '\0';
    char *stop;
    *value = strtod(text, &stop);
    return stop == to;
}

/* Reads the number that text begins with; returned is where it ends, NULL if there is none. */
static const char *read_number(const char *begin, const char *stop, char decimal, double *value)
{
    const char *p = begin, *mark = NULL;
    const int is_negative = p < stop && *p == '-';
    uint64_t digits = 0;
    ptrdiff_t exponent = 0;
    int is_cut = 0;
    if (p < stop && (*p == '-' || *p == '+'))
        p++;
    const char *first = p;
    for (; p < stop; p++) {
        if (is_digit(*p)) {
            if (digits < MOST_DIGITS) {
                digits = 10 * digits + (uint64_t)(*p - '0');
            } else {
                is_cut = 1;
                exponent++;
            }
        } else if (*p == decimal && mark == NULL) {
            mark = p;
        } else {
            break;
        }
    }
    if (p - first == (mark != NULL))
        return NULL;
    exponent -= mark == NULL ? 0 : p - mark - 1;
    if (p < stop && (*p == 'e' || *p == 'E')) {
        const char *sign = ++p;
        ptrdiff_t told = 0;
        if (p < stop && (*p == '-' || *p == '+'))
            p++;
        if (p == stop || !is_digit(*p))
            return NULL;
        for (; p < stop && is_digit(*p); p++)
            told = told < 100000 ? 10 * told + (*p - '0') : told;
        exponent += *sign == '-' ? -told : told;
    }
    if (!put_together(digits, exponent, is_cut, value))
        return read_long_number(begin, p, mark, value) ? p : NULL;
    *value = is_negative ? -*value : *value;
    return p;
}

/* Tells whether a cell is one of some words, each ended by a line end. */
static int is_among(const char *begin, const char *end, const char *words)
{
    const size_t length = (size_t)(end - begin);
    for (const char *next; *words != '\0'; words = next + 1) {
        next = strchr(words, '\n');
        if ((size_t)(next - words) == length && memcmp(words, begin, length) == 0)
            return 1;
    }
    return 0;
}

/* Goes to the end of a cell, and tells what is in it, without the blanks and quotes around it; whether all is plain. */
static int find_cell(const char **p, const char *stop, char between, const char **begin, const char **end)
{
    int quotes = 0;
    *begin = *p;
    for (; *p < stop && **p != between && **p != '\n'; ++*p)
        quotes += **p == '"';
    *end = *p;
    if (quotes > 0) {
        if (quotes != 2 || **begin != '"' || (*end)[-1] != '"')
            return 0;
        ++*begin;
        --*end;
    }
    while (*begin < *end && is_blank(**begin))
        ++*begin;
    while (*begin < *end && is_blank((*end)[-1]))
        --*end;
    return 1;
}

/* Reads a cell that is no more than a number, or has none; whether it is such a one. */
static int read_cell(const char **p, const char *stop, char between, char decimal, const char *missing, double *value)
{
    const char *begin, *end, *after = read_number(*p, stop, decimal, value);
    if (after != NULL && (after == stop || *after == between || *after == '\n')) {
        *p = after;
        return 1;
    }
    if (!find_cell(p, stop, between, &begin, &end))
        return 0;
    if (read_number(begin, end, decimal, value) == end)
        return 1;
    *value = NAN;
    return is_among(begin, end, missing);
}

ptrdiff_t imucount_rows(const char *text, ptrdiff_t size, ptrdiff_t separator, ptrdiff_t decimal, const char *missing,
                        const ptrdiff_t *places, ptrdiff_t width, ptrdiff_t k, double *values)
{
    const char *p = text, *stop = text + size, *begin, *end;
    const char between = (char)separator;
    ptrdiff_t rows = 0;
    for (; p < stop; rows++, values += k) {
        if (*p == '#')
            return rows;
        for (ptrdiff_t cell = 0; cell < width; cell++) {
            while (p < stop && is_blank(*p) && (*p != between || between == ' '))
                p++;
            if (places[cell] >= 0) {
                if (!read_cell(&p, stop, between, (char)decimal, missing, values + places[cell]))
                    return rows;
            } else if (!find_cell(&p, stop, between, &begin, &end) || (places[cell] == IMUCOUNT_EMPTY && begin < end)) {
                return rows;
            }
            while (between == ' ' && p < stop && *p == ' ')
                p++;
            if ((cell == width - 1) != (p == stop || *p == '\n'))
                return rows;
            if (cell == width - 1 || between != ' ')
                p += p < stop;
        }
    }
    return rows;
}
