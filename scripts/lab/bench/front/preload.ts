/** Loaded by Node before `serverless offline` itself: puts the minimal front into its process, at the port that FRONT_PORT names. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { type Handler, minimalFront } from './minimal-front.ts'
import { type FrontRoute, routeFinder, routesIn } from './routes.ts'

const port = process.env.FRONT_PORT
// Neither threads nor programs that it starts have a front of their own.
delete process.env.FRONT_PORT

if (port !== undefined && isMainThread) {
  const service = process.cwd()
  const find = routeFinder(routesIn(readFileSync(join(service, 'serverless.yml'), 'utf8')))
  const server = minimalFront({ find, handlerOf: route => handlerIn(service, route) })
  server.listen(Number(port), '127.0.0.1')
  // serverless-offline decides when the process ends.
  server.unref()
}

/** The very module that serverless-offline loads, and so the same pools, caches and metrics. */
async function handlerIn(service: string, { handler }: FrontRoute): Promise<Handler> {
  // It says so when it calls its first handler, with everything else that serverless.yml gives them.
  if (process.env.IS_OFFLINE !== 'true') throw new Error('serverless-offline has not called a handler yet')
  const dot = handler.lastIndexOf('.')
  const path = join(service, handler.slice(0, dot))
  const file = ['.ts', '.mjs'].map(extension => path + extension).find(existsSync)
  if (file === undefined) throw new Error(`there is no ${path}.ts or .mjs`)
  return (await import(pathToFileURL(file).href))[handler.slice(dot + 1)]
}
