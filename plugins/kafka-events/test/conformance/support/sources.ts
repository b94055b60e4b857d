/** The pages that the rows cite. */
const guide = (page: string): string => `https://docs.aws.amazon.com/lambda/latest/dg/${page}.html`

export const sources = {
  batching: guide('invocation-eventsourcemapping'),
  batchReporting: guide('services-kinesis-batchfailurereporting'),
  consume: guide('services-consume-kafka-events'),
  createApi: 'https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html',
  clusterAuth: guide('kafka-cluster-auth'),
  configure: guide('with-kafka-configure'),
  consumerGroup: guide('kafka-consumer-group-id'),
  esmLogging: guide('esm-logging'),
  filterSyntax: guide('invocation-eventfiltering'),
  filtering: guide('kafka-filtering'),
  headerBytes: 'https://github.com/aws-powertools/powertools-lambda-python/issues/6862',
  kinesisDestination: guide('kinesis-on-failure-destination'),
  lambdaLimits: guide('gettingstarted-limits'),
  lowLatency: guide('with-kafka-low-latency'),
  metrics: guide('monitoring-metrics-types'),
  msk: guide('with-msk'),
  noValue: 'https://github.com/aws-powertools/powertools-lambda-typescript/issues/5016',
  onFailure: guide('kafka-on-failure'),
  onFailureTopic: guide('kafka-on-failure-destination'),
  parameters: guide('kafka-esm-parameters'),
  queueMode: guide('polling-kafka-queue'),
  retries: guide('kafka-retry-configurations'),
  sampleEvent: `${guide('with-kafka')}#smaa-sample-event`,
  scaling: guide('kafka-scaling-modes'),
  startingPosition: guide('kafka-starting-positions'),
  template:
    'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html',
  troubleshoot: guide('with-kafka-troubleshoot'),
}
