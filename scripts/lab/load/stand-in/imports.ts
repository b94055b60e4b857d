/** What a scenario may import, as k6 allows it: k6's own modules, for which ours stand in, and files with their whole name. */
import { registerHooks } from 'node:module'

const MODULES: Record<string, string> = {
  k6: './modules/k6.ts',
  'k6/execution': './modules/execution.ts',
  'k6/http': './modules/http.ts',
  'k6/metrics': './modules/metrics.ts',
  'k6/timers': './modules/timers.ts',
}

const own = new URL('.', import.meta.url).href

/** From now on. An import that k6 or the stand-in does not know ends the run. */
export function standInForK6(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const module = MODULES[specifier]
      if (module !== undefined) return { url: new URL(module, import.meta.url).href, shortCircuit: true }
      const isOfScenario =
        context.parentURL !== undefined &&
        !context.parentURL.startsWith(own) &&
        !context.parentURL.includes('/node_modules/')
      if (isOfScenario && !/^(\.{0,2}\/|file:)/.test(specifier))
        throw new Error(
          `the stand-in has no module "${specifier}" (${context.parentURL}); it has ${Object.keys(MODULES).join(', ')}`,
        )
      return next(specifier, context)
    },
  })
}
