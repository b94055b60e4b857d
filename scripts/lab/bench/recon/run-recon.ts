/** The parts of `npm run bench:recon`: a file alone, one of twice the lines, and one beside authorizes. */
import { connectControl } from '../../../local/control.ts'
import { beginRun, type Origin } from '../machine.ts'
import type { Stage } from '../stage.ts'
import { type AuthorizeFigures, authorizesFor, authorizesWhile, type RateOrder } from './authorizes.ts'
import { bundleChildren } from './bundle-children.ts'
import { type Bundles, type PartFigures, type PartOrder, runPart } from './run-part.ts'

export interface ReconSettings {
  lines: number
  /** Authorizes, beside the third file. */
  perSecond: number
  /** That the third file is worked on, of the time. */
  workPercent: number
  /** Of the authorizes alone. */
  seconds: number
  seed: number
}

export interface ReconResult extends Origin {
  settings: ReconSettings
  alone: PartFigures
  double: PartFigures
  beside: PartFigures
  authorizesAlone: AuthorizeFigures
  authorizesBeside: AuthorizeFigures
  problems: string[]
}

const WARMUP_SECONDS = 10
/** The sender ends by itself then, whatever became of the file. */
const BESIDE_SECONDS_MAX = 3_600

/** Each part has a database of its own on the server. */
export async function runRecon(
  stage: Stage,
  settings: ReconSettings,
  say: (line: string) => void,
): Promise<ReconResult> {
  const end = beginRun()
  const bundles = await bundleChildren(stage.folder.root)
  const control = connectControl(stage.system.runFile!)
  // Its jobs and consumers would work meanwhile.
  await control.stop('api')
  const { lines } = settings
  const part = async (order: PartOrder) => told(await runPart(stage, bundles, order), say)
  const alone = await part({ name: 'alone', lines, workPercent: 100 })
  const double = await part({ name: 'double', lines: 2 * lines, workPercent: 100 })
  await control.start('api')
  const three = await besideAuthorizes(stage, bundles, settings, say)
  const problems = [alone, double, three.beside, three.authorizesAlone, three.authorizesBeside].flatMap(
    each => each.problems,
  )
  return { ...(await end(stage.system.databaseUrl)), settings, alone, double, ...three, problems }
}

async function besideAuthorizes(
  stage: Stage,
  bundles: Bundles,
  { lines, workPercent, perSecond, seconds, seed }: ReconSettings,
  say: (line: string) => void,
) {
  const order: RateOrder = { origin: stage.system.apiUrl, perSecond, seed }
  await authorizesFor(order, WARMUP_SECONDS)
  const authorizesAlone = await authorizesFor(order, seconds)
  say(`${authorizesAlone.sent} authorizes alone`)
  const { done: beside, authorizes } = await authorizesWhile(order, BESIDE_SECONDS_MAX, moments =>
    runPart(stage, bundles, { name: 'beside', lines, workPercent }, moments),
  )
  told(beside, say)
  return { beside, authorizesAlone, authorizesBeside: authorizes }
}

function told(part: PartFigures, say: (line: string) => void): PartFigures {
  const { name, lines, imported, matched } = part
  say(
    `${name}: ${lines} lines imported in ${imported.seconds.toFixed(1)} s, matched in ${matched.seconds.toFixed(1)} s`,
  )
  return part
}
