/** Loaded before a file of `npm test`, so that it registers all of its tests: test/support/in-full.ts. */
process.env.WHOLE_FILES = 'yes'
