import { planFaults } from './fault-plan.ts';
import { runFaultWorld } from './fault-world.ts';

const t = performance.now();
const c0 = process.cpuUsage();
let next = Number(process.argv[2]),
  end = next + Number(process.argv[3]);
const conc = Number(process.argv[4]);
let bad = 0;
const cl = { closed: 0, forming: 0, gaps: 0 };
await Promise.all(
  Array.from({ length: conc }, async () => {
    while (next < end) {
      const r = await runFaultWorld(planFaults(next++));
      for (const k of Object.keys(cl) as (keyof typeof cl)[]) cl[k] += r.counts[k];
      if (r.wrong.length) {
        bad++;
        console.log(r.seed, r.wrong.slice(0, 5));
        if (process.env.V) console.log(r.timeline);
      }
    }
  }),
);
const c = process.cpuUsage(c0);
console.log('wall', (performance.now() - t) / 1000, 'cpu', (c.user + c.system) / 1e6, 'bad', bad, cl);
