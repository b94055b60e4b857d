/** What may be asked of the demo panel: its routes, who may, and the bodies. */
import * as z from 'zod'
import {
  CLOCK_DAYS_MAX,
  DEMO_PATH,
  demoActs,
  PAUSE_SECONDS_DEFAULT,
  PAUSE_SECONDS_MAX,
  SEED_MAX,
  TRAFFIC_RATE_MAX,
  TRAFFIC_SECONDS_MAX,
} from '../../../shared/contracts/demo-panel.ts'
import { duration } from '../../../shared/contracts/duration.ts'
import { atLeast, atMost } from '../../../shared/contracts/identifiers.ts'
import type { OperatorRole } from '../../../shared/contracts/lists.ts'
import { operatorWrite } from '../../../shared/contracts/operator-write.ts'
import { schemaMessages } from '../../../shared/contracts/problem-texts.ts'
import { onlyThese } from '../../../shared/contracts/requests.ts'

const wholeUpTo = (max: number, min = 1) =>
  z
    .number({ error: ({ input }) => (input === undefined ? schemaMessages.required : schemaMessages.integer) })
    .int(schemaMessages.integer)
    .min(min, atLeast(min))
    .max(max, atMost(max))

const anyAct = onlyThese(operatorWrite)
const pause = onlyThese({ ...operatorWrite, seconds: wholeUpTo(PAUSE_SECONDS_MAX).default(PAUSE_SECONDS_DEFAULT) })
const traffic = onlyThese({
  ...operatorWrite,
  ratePerSecond: wholeUpTo(TRAFFIC_RATE_MAX),
  lengthSeconds: wholeUpTo(TRAFFIC_SECONDS_MAX),
  seed: wholeUpTo(SEED_MAX, 0).optional(),
})
const clock = onlyThese({ ...operatorWrite, advance: duration(CLOCK_DAYS_MAX) })

/** By the name that the panel answers it under. `path`: the groups of the pattern. */
const routes = {
  look: { route: `GET ${DEMO_PATH}`, role: 'viewer', body: undefined },
  pausePart: { route: `POST ${DEMO_PATH}/parts/{name}/pause`, role: 'operator', body: pause },
  actOnPart: { route: `POST ${DEMO_PATH}/parts/{name}/{act}`, role: 'operator', body: anyAct },
  stopTraffic: { route: `POST ${DEMO_PATH}/traffic/stop`, role: 'operator', body: anyAct },
  beginTraffic: { route: `POST ${DEMO_PATH}/traffic`, role: 'operator', body: traffic },
  moveClock: { route: `POST ${DEMO_PATH}/clock`, role: 'operator', body: clock },
} as const satisfies Record<string, { route: string; role: OperatorRole; body: z.ZodType | undefined }>

export type DemoRoute = keyof typeof routes
export type BodyOf<Name extends DemoRoute> = (typeof routes)[Name]['body'] extends z.ZodType
  ? z.infer<(typeof routes)[Name]['body']>
  : undefined

/** Of a path: `{name}` is a part's own name, `{act}` one of the acts. */
const groups: Record<string, string> = { '{name}': '(?<name>[a-z]{1,20})', '{act}': `(?<act>${demoActs.join('|')})` }
const patterns = Object.entries(routes).map(([name, { route }]) => {
  const source = route.replaceAll(/\{\w+\}/g, group => groups[group]!)
  return [name as DemoRoute, new RegExp(`^${source}$`)] as const
})

export interface FoundRoute {
  name: DemoRoute
  route: string
  role: OperatorRole
  body: z.ZodType | undefined
  path: Record<string, string>
}

/** Undefined when there is no such route. A query changes nothing. */
export function routeOf(method: string, target: string): FoundRoute | undefined {
  const asked = `${method} ${target.split('?', 1)[0]}`
  for (const [name, pattern] of patterns) {
    const found = pattern.exec(asked)
    if (found !== null) return { name, ...routes[name], path: { ...found.groups } }
  }
  return undefined
}
