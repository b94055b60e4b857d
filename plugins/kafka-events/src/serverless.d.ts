/** The parts of Serverless and serverless-offline that the plugin uses: neither brings types. */
declare module 'serverless-offline/lambda' {
  export interface LambdaFunction {
    setEvent(event: unknown): void
    runHandler(): Promise<unknown>
  }
  export default class Lambda {
    constructor(serverless: unknown, options: Record<string, unknown>)
    create(functions: { functionKey: string; functionDefinition: unknown }[]): void
    /** The first idle instance: give it its event and run it in the same tick. */
    get(functionKey: string): LambdaFunction
    cleanup(): Promise<void>
  }
}
