/** An esbuild plugin: a bundle that would hold a test or a fake is not made. */
const testOrFake = /(\.test\.tsx?|[/\\](fakes?|fake-[^/\\]+)\.ts|[/\\]test[/\\].*)$/

module.exports = [
  {
    name: 'refuse-tests',
    setup(build) {
      build.onLoad({ filter: testOrFake }, ({ path }) => {
        if (path.includes('node_modules')) return undefined
        return { errors: [{ text: `tests and fakes stay out of packages: ${path}` }] }
      })
    },
  },
]
