/* raster.h - PNG and PDF, by librsvg where the build has it. */
#ifndef SIM_CLI_RASTER_H
#define SIM_CLI_RASTER_H

#include "sim/cli/picture.h"

extern const struct picture_output raster_png, raster_pdf;

#endif
