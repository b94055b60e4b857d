/** The untyped modules that the plugin uses, as far as it uses them. */
declare module 'serverless-offline/lambda' {
  export interface LambdaFunction {
    setEvent(event: unknown): void
    runHandler(): Promise<unknown>
    /** Ends the thread or process that it runs in. Before 14.7 it is of no more use then. */
    cleanup(): Promise<void>
  }
  export default class Lambda {
    constructor(serverless: unknown, options: Record<string, unknown>)
    create(functions: { functionKey: string; functionDefinition: unknown }[]): void
    /** The first idle instance, or a new one. */
    get(functionKey: string): LambdaFunction
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

declare module 'kafkajs/src/network/connection.js' {
  export default class Connection {
    constructor(options: object)
    connect(): Promise<true>
    disconnect(): Promise<true>
  }
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  export default class ConsumerGroup {
    constructor(options: object)
    maxWaitTime: number
    paused(): { topic: string; partitions: number[] }[]
    fetch(nodeId: string): Promise<unknown[]>
  }
}
