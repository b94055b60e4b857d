/** What serverless-offline is told to run in the place of a function's handler, so that the function ends as under Lambda. */
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
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
  runtime?: string
  artifact?: string
  useDocker: boolean
}

export interface Reply {
  answer: unknown
  /** What differs on AWS, to be said once. */
  warnings: string[]
}

export interface Shim {
  definition: FunctionDefinition
  /** The event to hand to serverless-offline; without one the handler is only loaded. */
  eventOf(event: unknown, threadOver: SharedArrayBuffer): unknown
  /** Throws what the function has thrown, where it comes as an answer. */
  replyOf(answer: unknown): Reply
}

/** Thrown for a function that cannot be run as under Lambda. */
export class UnsupportedError extends Error {
  override name = 'Error'
}

export function shimOf(definition: FunctionDefinition, facts: ServiceFacts): Shim {
  const { handler } = definition
  const runtime = definition.runtime ?? facts.runtime ?? 'nodejs20.x'
  if (facts.useDocker)
    throw new UnsupportedError('useDocker: serverless-offline takes an error in a container for an answer')
  if (definition.image || !handler)
    throw new UnsupportedError('it has no handler, and serverless-offline runs no images')
  if (definition.package?.artifact ?? facts.artifact)
    throw new UnsupportedError('package.artifact: it is run from source only')
  const [, nodeVersion] = /^nodejs(\d+)\./.exec(runtime) ?? []
  if (nodeVersion) return nodeShim({ ...definition, handler }, facts.codeFolder, Number(nodeVersion))
  throw new UnsupportedError(`runtime ${runtime}: only Node and Python are run here`)
}

const shimModule = fileURLToPath(new URL('./node-shim', import.meta.url))
const LOADER = 'handler-runner/in-process-runner/aws-lambda-ric/UserFunction.js'
/** Node 24's runtime awaits whatever a handler returns, and refuses handlers with three parameters. */
const WITHOUT_CALLBACKS = 24

function nodeShim(definition: FunctionDefinition & { handler: string }, codeFolder: string, nodeVersion: number): Shim {
  const { handler } = definition
  const takesPlainReturns = nodeVersion >= WITHOUT_CALLBACKS
  const loader = new URL(LOADER, import.meta.resolve('serverless-offline/lambda')).href
  return {
    definition: {
      ...definition,
      handler: `${relative(codeFolder, shimModule)}.run`,
      environment: { ...definition.environment, _HANDLER: handler },
    },
    eventOf: (event, threadOver): NodeCall => ({ event, loader, codeFolder, handler, takesPlainReturns, threadOver }),
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

/** `location` is where a bundler has put the code. */
export const codeFolderOf = (servicePath: string, location: unknown): string =>
  resolve(servicePath, typeof location === 'string' ? location : '')
