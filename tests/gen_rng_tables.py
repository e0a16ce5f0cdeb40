#!/usr/bin/env python3
"""Writes sim/rng_tables.h to standard output.  Integers and fractions only, so the same
digits come out everywhere: gen_rng_tables.py >sim/rng_tables.h"""
from fractions import Fraction

BITS = 200  # of the fractions that are cut off and rounded only at the end
ONE = 1 << BITS


def ln(x):
    """ln(x) for a fraction 1/2 < x <= 2, in units of 2^-BITS."""
    z = (x - 1) / (x + 1)
    z = z.numerator * ONE // z.denominator
    square, power, total, n = z * z >> BITS, z, 0, 1
    while power not in (0, -1):
        total += power // n
        power = power * square >> BITS
        n += 2
    return 2 * total


def exp(x):
    """e^x for a fraction 0 <= x < 1, in units of 2^-BITS."""
    term, total, n = ONE, 0, 0
    while term:
        total += term
        n += 1
        term = term * x.numerator // x.denominator // n
    return total


def fixed(x, bits):
    """A number in units of 2^-BITS, or a fraction, rounded to `bits` fraction bits."""
    if isinstance(x, Fraction):
        x = x.numerator * ONE // x.denominator
    return (x + (1 << (BITS - bits - 1))) >> (BITS - bits)


# Coefficients of the polynomials in ascending order, as published.
AS241 = {
    "CENTRE_NUM": "3.3871328727963666080 133.14166789178437745 1971.5909503065514427 "
                  "13731.693765509461125 45921.953931549871457 67265.770927008700853 "
                  "33430.575583588128105 2509.0809287301226727",
    "CENTRE_DEN": "1 42.313330701600911252 687.18700749205790830 5394.1960214247511077 "
                  "21213.794301586595867 39307.895800092710610 28729.085735721942674 "
                  "5226.4952788528545610",
    "MIDDLE_NUM": "1.42343711074968357734 4.63033784615654529590 5.76949722146069140550 "
                  "3.64784832476320460504 1.27045825245236838258 0.241780725177450611770 "
                  "0.0227238449892691845833 0.000774545014278341407640",
    "MIDDLE_DEN": "1 2.05319162663775882187 1.67638483018380384940 0.689767334985100004550 "
                  "0.148103976427480074590 0.0151986665636164571966 0.000547593808499534494600 "
                  "0.00000000105075007164441684324",
    "FAR_NUM": "6.65790464350110377720 5.46378491116411436990 1.78482653991729133580 "
               "0.296560571828504891230 0.0265321895265761230930 0.00124266094738807843860 "
               "0.0000271155556874348757815 0.000000201033439929228813265",
    "FAR_DEN": "1 0.599832206555887937690 0.136929880922735805310 0.0148753612908506148525 "
               "0.000786869131145613259100 0.0000184631831751005468180 "
               "0.000000142151175831644588870 0.00000000000000204426310338993978564",
}


def table(comment, name, values):
    print(f"\n/* {comment} */")
    print(f"static const uint64_t {name}[{len(values)}] = {{")
    texts = [f"UINT64_C(0x{v:016x})," for v in values]
    for i in range(0, len(texts), 3):
        print("    " + " ".join(texts[i:i + 3]))
    print("};")


def main():
    print("""/* rng_tables.h - what sim/rng.c looks up.  Written by tests/gen_rng_tables.py: change that.
 *
 * Qn: the number is a multiple of 2^-n.
 */
#ifndef SIM_RNG_TABLES_H
#define SIM_RNG_TABLES_H

#include <stdint.h>

/* clang-format off */""")
    ln2 = ln(Fraction(2))
    print(f"\n#define LN2_Q58 UINT64_C(0x{fixed(ln2, 58):x})")
    print(f"#define LN2_Q56 INT64_C(0x{fixed(ln2, 56):x})")
    inverses = [fixed(1 / (Fraction(1, 2) + Fraction(2 * i + 1, 1024)), 62) for i in range(256)]
    table("1 / c, Q62, of the middles c of 256 equal parts of 1/2 .. 1", "INVERSE_Q62", inverses)
    table("ln of these, Q58", "LOG_INVERSE_Q58",
          [fixed(ln(Fraction(r, 1 << 62)), 58) for r in inverses])
    table("e^(i/128), Q62", "EXP_Q62", [fixed(exp(Fraction(i, 128)), 62) for i in range(89)])
    for name, text in AS241.items():
        table(f"AS 241, {name.lower().replace('_', ' ')}: from r^0 up, Q44", f"{name}_Q44",
              [fixed(Fraction(c), 44) for c in text.split()])
    print("\n/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
