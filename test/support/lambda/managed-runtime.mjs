/**
 * Runs a handler as Lambda's managed nodejs24.x runtime does, written after AWS's runtime interface client 4 (which compiles native
 * code when it is installed, and so is no dependency): import the module that _HANDLER names, refuse callback handlers, then next →
 * handler → response or error, for ever. Plain JavaScript: it runs outside the repository with nothing but Node. Unlike AWS's, which
 * posts its answers synchronously from native code, this one lets the event loop turn while it posts. As there, an unhandled
 * rejection ends the process unless the function listens to it.
 */
import { existsSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
let requestId

function call(method, path, body, headers = {}) {
  const [hostname, port] = AWS_LAMBDA_RUNTIME_API.split(':')
  return new Promise((done, reject) => {
    const sent = {
      ...headers,
      ...(body && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    }
    const asked = request(
      { agent, hostname, port, method, path: `/2018-06-01/runtime${path}`, headers: sent },
      async answer => {
        const text = (await answer.setEncoding('utf8').toArray()).join('')
        done({ status: answer.statusCode, headers: answer.headers, text })
      },
    )
    asked.on('error', reject).end(body)
  })
}

/** An Error of the runtime's own, such as Runtime.ImportModuleError. */
const runtimeError = (name, message, stack) => {
  const error = new Error(message)
  error.name = `Runtime.${name}`
  if (stack !== undefined) error.stack = stack
  return error
}

const serialize = value => {
  try {
    return JSON.stringify(value === undefined ? null : value)
  } catch {
    throw runtimeError('JSONStringifyError', 'Unable to stringify response body')
  }
}

const errorPayload = error =>
  error instanceof Error
    ? { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] }
    : { errorType: typeof error, errorMessage: String(error), trace: [] }

function logError(what, error) {
  const shown =
    error instanceof Error
      ? { ...errorPayload(error), trace: undefined, ...error, stack: error.stack?.split('\n') }
      : errorPayload(error)
  console.error(what, `\t${JSON.stringify(shown)}`)
}

function patchConsole() {
  const write =
    level =>
    (...words) =>
      process.stdout.write(
        `${new Date().toISOString()}\t${requestId}\t${level}\t${format(...words).replaceAll('\n', '\r')}\n`,
      )
  const levels = {
    trace: 'TRACE',
    debug: 'DEBUG',
    info: 'INFO',
    log: 'INFO',
    warn: 'WARN',
    error: 'ERROR',
    fatal: 'FATAL',
  }
  for (const [name, level] of Object.entries(levels)) console[name] = write(level)
}

async function importModule(path) {
  const found = ['', '.js', '.mjs', '.cjs'].map(extension => path + extension).find(existsSync)
  if (found === undefined) throw runtimeError('ImportModuleError', `Error: Cannot find module '${path}'`)
  try {
    return await import(pathToFileURL(found).href)
  } catch (error) {
    if (error instanceof SyntaxError) throw runtimeError('UserCodeSyntaxError', String(error), error.stack)
    if (error.code === 'MODULE_NOT_FOUND') throw runtimeError('ImportModuleError', String(error))
    throw error
  }
}

async function loadHandler() {
  if (_HANDLER.includes('..')) throw runtimeError('MalformedHandlerName', `'${_HANDLER}' is not a valid handler name.`)
  const [, folder, name, path] = /^(.*\/)?([^./]*)\.([^/]*)$/.exec(_HANDLER) ?? []
  if (name === undefined) throw runtimeError('MalformedHandlerName', 'Bad handler')
  const module = await importModule(resolve(LAMBDA_TASK_ROOT, folder ?? '', name))
  const find = from => path.split('.').reduce((at, key) => (at && typeof at === 'object' ? at[key] : undefined), from)
  const handler = find(module) ?? find(module.default)
  if (!handler) throw runtimeError('HandlerNotFound', `${_HANDLER} is undefined or not exported`)
  if (typeof handler !== 'function') throw runtimeError('HandlerNotFound', `${_HANDLER} is not a function`)
  if (handler.length >= 3)
    throw runtimeError(
      'CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24.',
    )
  return handler
}

/** No callbackWaitsForEmptyEventLoop, done, succeed or fail: Node.js 24 dropped them. */
function contextOf(headers) {
  const deadlineMs = Number.parseInt(headers['lambda-runtime-deadline-ms'], 10)
  const { env } = process
  if (headers['lambda-runtime-trace-id']) env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id']
  else delete env._X_AMZN_TRACE_ID
  return {
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: undefined,
    xRayTraceId: headers['lambda-runtime-trace-id'],
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  }
}

const turnOfTheLoop = () => new Promise(done => setImmediate(done))

async function serve(handler) {
  const next = await call('GET', '/invocation/next')
  const context = contextOf(next.headers)
  requestId = context.awsRequestId
  const path = `/invocation/${encodeURIComponent(requestId)}`
  try {
    const result = await handler(JSON.parse(next.text), context)
    await turnOfTheLoop()
    const answer = await call('POST', `${path}/response`, serialize(result))
    if (answer.status !== 202) console.error('Failed to post the response:', answer.text)
  } catch (error) {
    await turnOfTheLoop()
    logError('Invoke Error', error)
    await call('POST', `${path}/error`, serialize(errorPayload(error)))
  }
}

async function run() {
  let handler
  try {
    handler = await loadHandler()
  } catch (error) {
    logError('Init Error', error)
    const type = { 'Lambda-Runtime-Function-Error-Type': error?.name ?? typeof error }
    await call('POST', '/init/error', serialize(errorPayload(error)), type)
    throw error
  }
  for (;;) await serve(handler)
}

patchConsole()
// Not awaited, as in AWS's client: a handler that waits for nothing at all lets the process end with 0.
void run()
