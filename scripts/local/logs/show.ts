/** Shows the logs of a system: the last lines of each process, or every line about one payment. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { printable } from '../../terminal/printable.ts'
import { Compose } from '../docker.ts'
import { tailOf } from '../log-file.ts'
import { dataFolder } from '../paths.ts'
import { type ProcessName, readRunFile, runFilePath } from '../run-file.ts'
import { followFile, linesOf, printedBy, sizeOf } from './follow.ts'
import { inOrder, isPaymentId, type PaymentLine, paymentLine } from './payment-lines.ts'

export interface LogsFlags {
  follow?: true
  /** Of each log. */
  lines: number
  /** Every line about this payment instead. */
  payment?: string
  /** The data folder's name; else the system that PAY_RUN_FILE names, or that of `npm start`. */
  data?: string
}

/** Services and other programs write any text. None of it may control the terminal. */
const print = (line: string): void => console.log(printable(line))

/** Resolves to the exit code: 0 when there was something to show. */
export async function showLogs(flags: LogsFlags, name?: ProcessName): Promise<number> {
  const runFile = flags.data ? dataFolder(flags.data).runFile : runFilePath()
  const logs = join(dirname(runFile), 'logs')
  const all = existsSync(logs) ? readdirSync(logs).filter(file => file.endsWith('.log')) : []
  if (flags.payment !== undefined) return showPayment(logs, all, flags.payment, { ...flags, name })
  const ofContainer = name && (await showContainer(name, runFile, flags))
  if (ofContainer !== undefined) return ofContainer
  const wanted = all.filter(file => (name ? file === `${name}.log` : !file.endsWith('.previous.log')))
  const files = wanted.map(file => join(logs, file))
  if (files.length === 0) {
    console.log(`There is no log of ${name ?? 'anything'} in ${logs}.`)
    return 1
  }
  if (flags.follow) return printedBy('tail', ['-n', String(flags.lines), '-F', ...files], print)
  return showTails(files, flags.lines)
}

function showTails(files: string[], lines: number): number {
  for (const file of files) {
    if (files.length > 1) print(`==> ${basename(file)} <==`)
    for (const line of tailOf(file, lines)) print(line)
  }
  return 0
}

/** Undefined when the process does not run in a container. */
async function showContainer(
  name: ProcessName,
  runFile: string,
  { follow, lines }: LogsFlags,
): Promise<number | undefined> {
  const run = readRunFile(runFile)
  const row = run?.processes.find(process => process.name === name)
  if (run?.mode !== 'docker' || row === undefined || row.log) return undefined
  const { env } = new Compose(dataFolder(basename(dirname(runFile))))
  const args = ['compose', 'logs', '--no-color', '--tail', String(lines), ...(follow ? ['--follow'] : []), row.name]
  return printedBy('docker', args, print, env)
}

/** The last run's log too: a payment may be older than this one. */
async function showPayment(
  logs: string,
  all: string[],
  paymentId: string,
  { follow, name }: { follow?: true; name?: ProcessName },
): Promise<number> {
  const refusal = paymentRefusal(paymentId, name)
  if (refusal) {
    print(refusal)
    return 1
  }
  const files = all.toSorted((a, b) => Number(isPrevious(b)) - Number(isPrevious(a)))
  const sized = files.map(file => join(logs, file)).map(file => ({ file, bytes: sizeOf(file) }))
  const found = await paymentLines(sized, paymentId)
  for (const { text } of inOrder(found)) print(text)
  if (follow) return followPayment(sized, paymentId)
  if (found.length === 0) console.log(`No log here tells of ${paymentId}.`)
  return found.length > 0 ? 0 : 1
}

function paymentRefusal(paymentId: string, name?: ProcessName): string | undefined {
  if (name) return '--payment looks in the logs of all processes: name none'
  if (!isPaymentId(paymentId)) return `--payment wants the id of a payment, pay_ and 26 characters, not ${paymentId}`
  return undefined
}

interface SizedFile {
  file: string
  bytes: number
}

const isPrevious = (file: string): boolean => file.endsWith('.previous.log')
const processOf = (file: string): string => basename(file).replace(/(\.previous)?\.log$/, '')

async function paymentLines(sized: SizedFile[], paymentId: string): Promise<PaymentLine[]> {
  const found: PaymentLine[] = []
  for (const { file, bytes } of sized)
    for await (const text of linesOf(file, bytes)) {
      const line = paymentLine(text, paymentId, processOf(file))
      if (line) found.push(line)
    }
  return found
}

async function followPayment(sized: SizedFile[], paymentId: string): Promise<number> {
  const children = sized
    .filter(({ file }) => !isPrevious(file))
    .map(({ file, bytes }) =>
      followFile(file, bytes, text => {
        const line = paymentLine(text, paymentId, processOf(file))
        if (line) print(line.text)
      }),
    )
  await new Promise(resolve => process.once('SIGINT', resolve).once('SIGTERM', resolve))
  for (const child of children) child.kill()
  return 0
}
