#include "core.h"

const char *imucount_sources(void)
{
    return IMUCOUNT_SOURCES;
}
