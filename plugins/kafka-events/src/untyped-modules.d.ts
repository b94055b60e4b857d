/** The untyped modules that the plugin uses, as far as it uses them. */
declare module 'serverless-offline/lambda' {
  export interface LambdaFunction {
    setEvent(event: unknown): void
    runHandler(): Promise<unknown>
    /** Ends the thread or process that it runs in; the next run begins a new one. */
    cleanup(): Promise<void>
  }
  export default class Lambda {
    constructor(serverless: unknown, options: Record<string, unknown>)
    create(functions: { functionKey: string; functionDefinition: unknown }[]): void
    /** The first idle instance: give it its event and run it in the same tick. */
    get(functionKey: string): LambdaFunction
    cleanup(): Promise<void>
  }
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    pending: unknown[]
    throttledUntil: number
    throttleCheckTimeoutId: NodeJS.Timeout | null
    checkPendingRequests(): void
    scheduleCheckPendingRequests(): void
  }
}
