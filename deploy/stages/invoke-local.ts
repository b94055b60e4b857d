/**
 * A Serverless plugin: lets `serverless invoke local`, which looks for JavaScript, find the handlers, which are TypeScript, and ends it
 * when the handler has answered.
 */
import { registerHooks } from 'node:module'
import { join } from 'node:path'

interface Serverless {
  serviceDir: string
  service: { getFunction(name: string): { handler: string } }
}

export default class InvokeLocal {
  // Without this, a path without an extension is resolved only when the file is JavaScript.
  readonly hooks = {
    'before:invoke:local:invoke': () => this.#findTypeScript(),
    // Connections stay open for the next request, which will not come.
    'after:invoke:local:invoke': () => process.exit(),
  }
  readonly #serverless: Serverless
  readonly #options: { function: string }

  constructor(serverless: Serverless, options: { function: string }) {
    this.#serverless = serverless
    this.#options = options
  }

  #findTypeScript(): void {
    const { serviceDir, service } = this.#serverless
    const { handler } = service.getFunction(this.#options.function)
    const module = join(serviceDir, handler.slice(0, handler.lastIndexOf('.')))
    registerHooks({
      resolve: (specifier, context, next) => next(specifier === module ? `${module}.ts` : specifier, context),
    })
  }
}
