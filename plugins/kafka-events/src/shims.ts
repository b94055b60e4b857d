/** What serverless-offline is told to run in the place of a function's handler, so that the function ends as under Lambda. */
import { execFile } from 'node:child_process'
import { delimiter, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { NodeCall, NodeReply } from './node-shim.ts'

export interface FunctionDefinition {
  handler?: string
  image?: unknown
  name?: string
  runtime?: string
  timeout?: number
  environment?: Record<string, unknown>
  package?: { artifact?: string }
}

/** Where serverless-offline finds a service's code, and how it runs it. */
export interface ServiceFacts {
  codeFolder: string
  runtime: string
  artifact?: string
  useDocker: boolean
}

export interface Reply {
  answer: unknown
  /** What differs on AWS, to be said once. */
  warnings: string[]
  /** Of the process that the function ran in, when it has one of its own. */
  pid?: number
}

export interface Shim {
  /** Rejects when what the function needs is missing. */
  check?(): Promise<unknown>
  /** Its replies say which. */
  hasOwnProcess: boolean
  definition: FunctionDefinition
  /** The event to hand to serverless-offline; without one the handler is only loaded. */
  eventOf(event: unknown, threadOver: SharedArrayBuffer): unknown
  /** Throws what the function has thrown, where it comes as an answer. */
  replyOf(answer: unknown): Reply
}

/** Throws why a function cannot be run as under Lambda. */
export function shimOf(definition: FunctionDefinition, facts: ServiceFacts): Shim {
  const { handler } = definition
  if (facts.useDocker) throw new Error('useDocker: serverless-offline takes an error in a container for an answer')
  if (definition.image || !handler) throw new Error('it has no handler, and serverless-offline runs no images')
  if (definition.package?.artifact ?? facts.artifact) throw new Error('package.artifact: it is run from source only')
  const [, nodeVersion] = /^nodejs(\d+)\./.exec(facts.runtime) ?? []
  if (nodeVersion) return nodeShim({ ...definition, handler }, facts.codeFolder, Number(nodeVersion))
  if (facts.runtime.startsWith('python3.')) return pythonShim({ ...definition, handler })
  throw new Error('only Node and Python are run here')
}

const shimsFolder = fileURLToPath(new URL('../shims', import.meta.url))
const LOADER = 'handler-runner/in-process-runner/aws-lambda-ric/UserFunction.js'
/** Node 24's runtime awaits whatever a handler returns, and refuses handlers with three parameters. */
const WITHOUT_CALLBACKS = 24

function nodeShim(definition: FunctionDefinition & { handler: string }, codeFolder: string, nodeVersion: number): Shim {
  const { handler } = definition
  const takesPlainReturns = nodeVersion >= WITHOUT_CALLBACKS
  // Beside this file, and in the language that this file is in.
  const shim = import.meta.url.replace(/shims(?=\.\w+$)/, 'node-shim')
  const loader = new URL(LOADER, import.meta.resolve('serverless-offline/lambda')).href
  return {
    hasOwnProcess: false,
    definition: {
      ...definition,
      handler: `${relative(codeFolder, join(shimsFolder, 'node_shim'))}.run`,
      environment: { ...definition.environment, _HANDLER: handler },
    },
    eventOf: (event, threadOver): NodeCall => ({
      event,
      shim,
      loader,
      codeFolder,
      handler,
      takesPlainReturns,
      threadOver,
    }),
    replyOf(reply) {
      const { answer, usesCallback, returnsPlainly } = reply as NodeReply
      return {
        answer: JSON.parse(answer),
        warnings: [
          ...(usesCallback && nodeVersion >= WITHOUT_CALLBACKS ? [callbackWarning(nodeVersion)] : []),
          ...(returnsPlainly ? [plainWarning(takesPlainReturns)] : []),
        ],
      }
    },
  }
}

const callbackWarning = (nodeVersion: number): string =>
  `it takes a callback. That works here, but AWS refuses it under nodejs${nodeVersion}.x: make it async`

const plainWarning = (takesPlainReturns: boolean): string =>
  `it returned without a promise and takes no callback: it was done at that moment, whatever it left running${takesPlainReturns ? '' : ', and what it returned is ignored, as on AWS'}. Make it async`

/** As serverless-offline calls it. */
const PYTHON = process.platform === 'win32' ? 'python' : 'python3'

function pythonShim(definition: FunctionDefinition & { handler: string }): Shim {
  const { handler, environment } = definition
  const dot = handler.lastIndexOf('.')
  const [path, name] = [handler.slice(0, dot), handler.slice(dot + 1)]
  const module = relative(process.cwd(), path).split(sep).join('.')
  const pythonPath = [shimsFolder, environment?.PYTHONPATH ?? process.env.PYTHONPATH].filter(Boolean).join(delimiter)
  return {
    hasOwnProcess: true,
    check: () => promisify(execFile)(PYTHON, ['--version']),
    definition: {
      ...definition,
      handler: 'kafka_events_shim.run',
      environment: {
        ...environment,
        _HANDLER: handler,
        PYTHONPATH: pythonPath,
        KAFKA_EVENTS_SERVICE_PID: String(process.pid),
      },
    },
    eventOf: event => ({ module, name, event }),
    replyOf(reply) {
      const { answer, error, pid } = reply as { answer?: string; error?: string; pid: number }
      if (answer === undefined) throw new Error(error)
      return { answer: JSON.parse(answer), warnings: [], pid }
    },
  }
}

/** `location` is where a bundler has put the code. */
export const codeFolderOf = (servicePath: string, location: unknown): string =>
  resolve(servicePath, typeof location === 'string' ? location : '')
