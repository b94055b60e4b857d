/** Runs the whole system in the foreground: starts it, says where it is, and stops it when asked. */
import { createReporter, formatDuration } from '../terminal/output.ts'
import { clients } from './clients.ts'
import { type ConsoleInvitation, consoleLines } from './console-invitation.ts'
import { giveBackMemory } from './give-back-memory.mjs'
import { watchParents } from './parent-watch.mjs'
import { shortPath } from './paths.ts'
import type { SystemEnv } from './run-file.ts'
import { AlreadyRunning, System } from './system.ts'

export interface StartFlags {
  native?: true
  docker?: true
  /** The data folder's name. */
  data: string
  ports: 'default' | 'free'
  web: boolean
  devServer?: true
  withMetrics?: true
}

const reporter = createReporter()

/** Resolves when everything has stopped again: to 0, or to 1 when the system did not start. */
export async function startSystem(flags: StartFlags): Promise<number> {
  // Since the command was given: installing the packages counts.
  const startMs = Number(process.env.PAY_COMMAND_STARTED_MS ?? Date.now())
  const { native, docker, withMetrics, ...others } = flags
  const services = native ? 'native' : docker ? 'docker' : 'auto'
  const system = new System({ ...others, services, metrics: withMetrics === true }, reporter)
  const stop = stopOnSignals(system)
  giveBackMemory()
  try {
    await system.start()
    if (!stop.asked) welcome(system, startMs, await invited(system))
  } catch (error) {
    if (!stop.asked) {
      if (error instanceof AlreadyRunning) refuse(error)
      else reporter.failure(error)
      return 1
    }
  }
  await stop.done
  return 0
}

/** The system works without a console: whatever is wrong with it is said when somebody asks for a link. */
const invited = (system: System): Promise<ConsoleInvitation | undefined> =>
  clients.inviteToConsole(system.env).catch(() => undefined)

function welcome(system: System, startMs: number, invitation: ConsoleInvitation | undefined) {
  const { API_URL } = system.env
  const body = `{"merchantId":"shop","amount":1550000,"currency":"KRW","idempotencyKey":"first-1"}`
  const lines = [
    '',
    `Ready in ${formatDuration(Date.now() - startMs)}. Ctrl-C stops everything.`,
    '',
    ...addressLines(system.env),
    ...consoleLines(invitation),
    `  logs  ${shortPath(system.folder.logs)}/ (npm run logs)`,
    '',
    `  curl -s ${API_URL}/payments/authorize -H 'content-type: application/json' -d '${body}'`,
    '',
  ]
  reporter.line(lines.join('\n'))
}

function refuse({ holder, run }: AlreadyRunning) {
  reporter.line(`Already running (pid ${holder.pid})${run ? '' : ': it is just starting'}.`)
  if (run) reporter.line(addressLines(run.env).join('\n'))
  reporter.line(
    'Ctrl-C there stops it; `npm run status` shows it; `npm start -- --data other --ports free` starts another.',
  )
}

function addressLines({ SHOP_URL, API_URL, PROMETHEUS_URL }: SystemEnv): string[] {
  return [
    ...(SHOP_URL ? [`  shop  ${SHOP_URL}`] : []),
    `  API   ${API_URL}`,
    `  docs  ${API_URL}/docs`,
    ...(PROMETHEUS_URL ? [`  Prometheus  ${PROMETHEUS_URL} (alerts: /alerts)`] : []),
  ]
}

/** A terminal's Ctrl-C reaches us twice, by itself and through npm: two signals this close are one. */
const SAME_SIGNAL_MS = 500

interface StopRequest {
  asked: boolean
  /** Resolves when everything has stopped. */
  done: Promise<void>
}

function stopOnSignals(system: System): StopRequest {
  const { promise, resolve } = Promise.withResolvers<void>()
  const request: StopRequest = { asked: false, done: promise }
  let firstMs = 0
  const onSignal = (why: string) => {
    if (!request.asked) {
      request.asked = true
      firstMs = performance.now()
      reporter.line(`\n${why}: stopping`)
      void system.stop().then(resolve)
    } else if (performance.now() - firstMs > SAME_SIGNAL_MS) {
      reporter.line('killing everything now')
      void system.killNow().finally(() => process.exit(130))
    }
  }
  process.on('SIGINT', () => onSignal('Ctrl-C'))
  process.on('SIGTERM', () => onSignal('asked to end'))
  process.on('SIGHUP', () => onSignal('the terminal is gone'))
  watchParents(() => onSignal('npm is gone'))
  return request
}
