/** The demo panel of a running system, with what it needs of the machine. Loaded with the first request for it. */
import { randomInt, randomUUID } from 'node:crypto'
import { SEED_MAX } from '../../../shared/contracts/demo-panel.ts'
import { configFrom } from '../../../shared/runtime/config.ts'
import { clients } from '../clients.ts'
import { consoleOrigins } from '../node-children.ts'
import { isExternal } from '../plan-ports.ts'
import type { SystemEnv } from '../run-file.ts'
import type { SystemPart } from '../supervised-process.ts'
import { askApi, keptConnections } from './ask-api.ts'
import { DemoPanel } from './panel.ts'

export interface PanelSystem {
  env: SystemEnv
  parts(): readonly SystemPart[]
  say(text: string): void
}

export function createPanel({ env, parts, say }: PanelSystem): DemoPanel {
  const agent = keptConnections()
  return new DemoPanel({
    origins: configFrom({ OPERATOR_ORIGINS: consoleOrigins(env) }).operatorOrigins,
    isOurDatabase: !isExternal('mariadb', process.env),
    parts,
    say,
    // A session is asked for on a connection of its own: a kept one may be that of an API that was killed.
    askApi: asked => askApi(env.API_URL, asked.path.startsWith('/payments/') ? { ...asked, agent } : asked),
    append: act => clients.appendDemoAct({ env, act }),
    nowMs: Date.now,
    after(delayMs, work) {
      const timer = setTimeout(work, delayMs)
      return () => clearTimeout(timer)
    },
    every(intervalMs, work) {
      const timer = setInterval(work, intervalMs)
      return () => clearInterval(timer)
    },
    newSeed: () => randomInt(SEED_MAX),
    newRequestId: () => `demo_${randomUUID()}`,
  })
}
