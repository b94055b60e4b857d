/** Plugins of esbuild for packages: what no bundle may hold, and what none needs. */
const TEST_OR_FAKE =
  /(\.(test|corruption)\.tsx?|[/\\](fakes?|fake-[^/\\]+)\.ts|[/\\]invariants[/\\]sample-[^/\\]+\.ts|[/\\]test[/\\].*)$/
const ENCODING_TABLE = /[/\\]iconv-lite[/\\]encodings[/\\]tables[/\\].+\.json$/

module.exports = [
  {
    name: 'refuse-tests',
    setup(build) {
      build.onLoad({ filter: TEST_OR_FAKE }, ({ path }) => {
        if (path.includes('node_modules')) return undefined
        return { errors: [{ text: `tests and fakes stay out of packages: ${path}` }] }
      })
    },
  },
  {
    // mysql2 has tables of Big5, EUC-KR and so on, a fifth of every bundle, for columns in such an encoding. We have no such
    // column. If there were one, reading it would throw.
    name: 'leave-out-encodings',
    setup(build) {
      build.onLoad({ filter: ENCODING_TABLE }, () => ({
        contents: 'throw new Error("this encoding is left out of packages (deploy/package/bundler-plugins.cjs)")',
        loader: 'js',
      }))
    },
  },
]
