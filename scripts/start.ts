/** `npm start`: brings the whole system up, says where it is, and takes it down on Ctrl-C. */
import { parseArgs } from 'node:util'
import { watchParents } from './local/parent-watch.mjs'
import { shortPath } from './local/paths.ts'
import { AlreadyRunning, System, type SystemOptions } from './local/system.ts'
import { createReporter, formatDuration } from './terminal/output.ts'

const usage = `npm start -- [options]
  --native       run MariaDB, Kafka and Redis as programs of this machine (Debian, Ubuntu)
  --docker       run them in containers; without either, Docker where an engine answers
  --data NAME    keep data and logs in .data/NAME (default: main)
  --ports free   take any free ports (default: 8080, 5173, 3306, 9092, 6379)
  --no-web       do without the shop
  --help

API_PORT and WEB_PORT change two ports. DATABASE_URL, KAFKA_BROKERS and REDIS_URL name a service of yours to use instead.`

function readOptions(args: string[]): SystemOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      native: { type: 'boolean', default: false },
      docker: { type: 'boolean', default: false },
      data: { type: 'string', default: 'main' },
      ports: { type: 'string', default: 'default' },
      web: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  })
  if (values.help) return undefined
  if (values.native && values.docker) throw new Error('--native and --docker exclude each other')
  if (values.ports !== 'default' && values.ports !== 'free') throw new Error('--ports is `default` or `free`')
  const services = values.native ? 'native' : values.docker ? 'docker' : 'auto'
  return { data: values.data, services, ports: values.ports, web: values.web }
}

const reporter = createReporter()

function welcome(system: System, startMs: number) {
  const { API_URL, SHOP_URL } = system.env
  const body = `{"merchantId":"shop","amount":1550000,"currency":"KRW","idempotencyKey":"first-1"}`
  const lines = [
    '',
    `Ready in ${formatDuration(Date.now() - startMs)}. Ctrl-C stops everything.`,
    '',
    ...(SHOP_URL ? [`  shop  ${SHOP_URL}`] : []),
    `  API   ${API_URL}`,
    `  logs  ${shortPath(system.folder.logs)}/ (npm run logs)`,
    '',
    `  curl -s ${API_URL}/payments/authorize -H 'content-type: application/json' -d '${body}'`,
    '',
  ]
  reporter.line(lines.join('\n'))
}

function refuse({ holder, run }: AlreadyRunning) {
  reporter.line(`Already running (pid ${holder.pid})${run ? '' : ': it is just starting'}.`)
  if (run?.env.SHOP_URL) reporter.line(`  shop  ${run.env.SHOP_URL}`)
  if (run) reporter.line(`  API   ${run.env.API_URL}`)
  reporter.line(
    'Ctrl-C there stops it; `npm run status` shows it; `npm start -- --data other --ports free` starts another.',
  )
}

/** A terminal's Ctrl-C reaches us twice, by itself and through npm: two signals this close are one. */
const sameSignalMs = 500

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
    } else if (performance.now() - firstMs > sameSignalMs) {
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

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (!options) {
    reporter.line(usage)
    return 0
  }
  // Since the command was given: installing the packages counts.
  const startMs = Number(process.env.PAY_COMMAND_STARTED_MS ?? Date.now())
  const system = new System(options, reporter)
  const stop = stopOnSignals(system)
  try {
    await system.start()
    if (!stop.asked) welcome(system, startMs)
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

process.exit(await main())
