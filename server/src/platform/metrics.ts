import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** What Prometheus reads at /metrics. One registry per process, so tests can build several apps. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'zhike_http_seconds', help: 'Duration of HTTP requests', labelNames: ['method', 'route', 'status'], registers,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    wecomCalls: new Counter({ name: 'zhike_wecom_calls_total', help: 'Calls to WeCom by API and errcode', labelNames: ['api', 'errcode'], registers }),
    wecomSeconds: new Histogram({
      name: 'zhike_wecom_seconds', help: 'Duration of calls to WeCom', labelNames: ['api'], registers, buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    wechatCalls: new Counter({ name: 'zhike_wechat_calls_total', help: 'Calls to the API of official accounts by API and errcode', labelNames: ['api', 'errcode'], registers }),
    callbacks: new Counter({ name: 'zhike_callbacks_total', help: 'Callbacks by outcome', labelNames: ['outcome'], registers }),
    callbackBacklog: new Gauge({ name: 'zhike_callback_backlog', help: 'Callbacks not yet handled', registers }),
    beacons: new Counter({ name: 'zhike_beacons_total', help: 'Beacons by outcome', labelNames: ['outcome'], registers }),
    beaconBatch: new Histogram({ name: 'zhike_beacon_batch_size', help: 'Beacons written at once', registers, buckets: [1, 10, 50, 100, 250, 500, 1000] }),
    streamBytes: new Gauge({ name: 'zhike_stream_bytes', help: 'Memory that a stream takes in Redis: what no worker has read yet', labelNames: ['stream'], registers }),
    streamDropped: new Counter({ name: 'zhike_stream_dropped_total', help: 'Entries of a stream dropped unread because Redis would have filled up', labelNames: ['stream'], registers }),
    queueJobs: new Counter({ name: 'zhike_queue_jobs_total', help: 'Background jobs by queue and outcome', labelNames: ['queue', 'outcome'], registers }),
    notices: new Counter({ name: 'zhike_notices_total', help: 'App messages to staff by outcome', labelNames: ['outcome'], registers }),
    autoTags: new Counter({ name: 'zhike_auto_tags_total', help: 'Tags set on customers by what they did, by outcome of a try', labelNames: ['outcome'], registers }),
    contactWays: new Counter({ name: 'zhike_contact_ways_total', help: 'Contact ways of members by outcome of a try', labelNames: ['outcome'], registers }),
    reactions: new Counter({ name: 'zhike_reactions_total', help: 'Rows of the customer log handed to automation by kind and outcome', labelNames: ['kind', 'outcome'], registers }),
    liveClients: new Gauge({ name: 'zhike_live_clients', help: 'Open server-sent event streams', registers }),
  }
}
export type Metrics = ReturnType<typeof createMetrics>
