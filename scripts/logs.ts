/** `npm run logs`: the logs of the running (or last) system, one process or all of them, or what they say of one payment; followed with -f. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { Compose } from './local/docker.ts'
import { tailOf } from './local/log-file.ts'
import { followFile, linesOf, printedBy, sizeOf } from './local/logs/follow.ts'
import { inOrder, isPaymentId, type PaymentLine, paymentLine } from './local/logs/payment-lines.ts'
import { dataFolder } from './local/paths.ts'
import { type ProcessName, processNames, readRunFile, runFilePath } from './local/run-file.ts'
import { printable } from './terminal/printable.ts'

const usage = `npm run logs -- [${processNames.join('|')}] [-f] [--lines N] [--data NAME]
npm run logs -- --payment pay_… [-f] [--data NAME]
  --payment   every line about one payment, of all processes, in the order of time: answers, relay, ledger, alarms`

function readOptions() {
  return parseArgs({
    allowPositionals: true,
    options: {
      follow: { type: 'boolean', short: 'f', default: false },
      lines: { type: 'string', short: 'n', default: '40' },
      payment: { type: 'string' },
      data: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
}

/** What services and other programs write is not ours: none of it may steer the terminal. */
const print = (line: string): void => console.log(printable(line))

function show(files: string[], lines: number): number {
  for (const file of files) {
    if (files.length > 1) print(`==> ${basename(file)} <==`)
    for (const line of tailOf(file, lines)) print(line)
  }
  return 0
}

const processOf = (file: string): string => basename(file).replace(/(\.previous)?\.log$/, '')

/** The last run's log too: a payment may be older than this one. */
async function showPayment(files: string[], paymentId: string, follow: boolean): Promise<number> {
  const sized = files.map(file => ({ file, bytes: sizeOf(file) }))
  const found: PaymentLine[] = []
  const take = (line: PaymentLine | undefined) => line !== undefined && found.push(line)
  for (const { file, bytes } of sized)
    for await (const line of linesOf(file, bytes)) take(paymentLine(line, paymentId, processOf(file)))
  for (const { text } of inOrder(found)) print(text)
  if (!follow && found.length === 0) console.log(`No log here tells of ${paymentId}.`)
  if (!follow) return found.length > 0 ? 0 : 1
  const children = sized
    .filter(({ file }) => !file.endsWith('.previous.log'))
    .map(({ file, bytes }) =>
      followFile(file, bytes, line => {
        const mine = paymentLine(line, paymentId, processOf(file))
        if (mine !== undefined) print(mine.text)
      }),
    )
  await new Promise(resolve => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  for (const child of children) child.kill()
  return 0
}

async function main(): Promise<number> {
  const { values, positionals } = readOptions()
  const { payment, follow } = values
  const [name] = positionals
  const isUnderstood = positionals.length === 0 || (payment === undefined && positionals.length === 1)
  if (values.help || !isUnderstood || (name && !processNames.includes(name as ProcessName))) {
    console.log(usage)
    return values.help ? 0 : 1
  }
  if (payment !== undefined && !isPaymentId(payment)) {
    print(`--payment wants the id of a payment, pay_ and 26 characters, not ${payment}`)
    return 1
  }
  const runFile = values.data ? dataFolder(values.data).runFile : runFilePath()
  const logs = join(dirname(runFile), 'logs')
  const all = existsSync(logs) ? readdirSync(logs).filter(file => file.endsWith('.log')) : []
  if (payment !== undefined)
    return showPayment(
      all
        .toSorted((a, b) => Number(b.includes('.previous.')) - Number(a.includes('.previous.')))
        .map(file => join(logs, file)),
      payment,
      follow,
    )
  const ofContainer = await showContainer(name, runFile, values)
  if (ofContainer !== undefined) return ofContainer
  const files = all
    .filter(file => (name ? file === `${name}.log` : !file.endsWith('.previous.log')))
    .map(file => join(logs, file))
  if (files.length === 0) {
    console.log(`There is no log of ${name ?? 'anything'} in ${logs}.`)
    return 1
  }
  return follow ? printedBy('tail', ['-n', values.lines, '-F', ...files], print) : show(files, Number(values.lines))
}

/** Undefined when the process does not run in a container. */
async function showContainer(
  name: string | undefined,
  runFile: string,
  { follow, lines }: { follow: boolean; lines: string },
): Promise<number | undefined> {
  const run = readRunFile(runFile)
  const row = run?.processes.find(process => process.name === name)
  if (run?.mode !== 'docker' || row === undefined || row.log) return undefined
  const { env } = new Compose(dataFolder(basename(dirname(runFile))))
  const args = ['compose', 'logs', '--no-color', '--tail', lines, ...(follow ? ['--follow'] : []), row.name]
  return printedBy('docker', args, print, env)
}

process.exit(await main())
