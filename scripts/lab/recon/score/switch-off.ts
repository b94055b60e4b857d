/** Switches one class off, to show that the score notices: from then on, whatever module of reconciliation is loaded names another class instead. */
import { registerHooks } from 'node:module'
import type { FoundClass } from '../generate/truth.ts'

const RECONCILIATION = '/shared/reconciliation/'

/** What a break of the class is called then. */
const instead = (name: FoundClass): FoundClass => (name === 'FEE' ? 'DATE' : 'FEE')

/** Before the modules are loaded. The product has no switch for it: its source is changed on the way into this process alone. */
export function switchOff(name: FoundClass): void {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      if (!url.includes(RECONCILIATION) || loaded.source === undefined) return loaded
      const source = Buffer.from(loaded.source as Uint8Array | string).toString('utf8')
      return { ...loaded, source: source.replaceAll(`'${name}'`, `'${instead(name)}'`) }
    },
  })
}
