/* suites.h - the list of suites; tests/main.c runs them all. */
SUITE(base)
SUITE(ostep)
SUITE(properties)
SUITE(config)
SUITE(engine)
SUITE(cli)
