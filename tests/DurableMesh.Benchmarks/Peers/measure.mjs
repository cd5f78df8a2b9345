// The workload, the same for every peer, and what it costs: turns of dialogues, each ended when its completion is durable.
import { readFileSync, readdirSync } from 'node:fs';
import net from 'node:net';

const shapes = [[1, 1000], [100, 20]];
const clockTicksPerSecond = 100;

// Milliseconds of processor time of a process that was started, and of all that it started.
function cpuOf(root) {
  const stats = readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap(pid => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
      // utime, stime, and those of the children that have ended and were waited for
      return [{ pid: +pid, parent: +fields[1], ticks: +fields[11] + +fields[12] + +fields[13] + +fields[14] }];
    } catch {
      return [];
    }
  });
  const family = new Set([root]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    stats.filter(one => family.has(one.parent)).forEach(one => family.add(one.pid));
  }
  return stats.filter(one => family.has(one.pid)).reduce((sum, one) => sum + one.ticks, 0) * 1000 / clockTicksPerSecond;
}

async function run(peer, server, [instances, turns], prefix) {
  const ids = Array.from({ length: instances }, (_, number) => `${prefix}-${number}`);
  await Promise.all(ids.map(id => peer.begin(id, turns)));
  const latencies = [];
  const [ownCpu, serverCpu, started] = [process.cpuUsage(), cpuOf(server), performance.now()];
  await Promise.all(ids.map(async id => {
    for (let turn = 0; turn < turns; turn++) {
      const begun = performance.now();
      await peer.turn(id);
      latencies.push(performance.now() - begun);
    }
  }));
  const milliseconds = performance.now() - started;
  const own = process.cpuUsage(ownCpu);
  const total = instances * turns;
  latencies.sort((one, other) => one - other);
  return {
    instances,
    turns,
    turnsPerSecond: total / milliseconds * 1000,
    p50: latencies[Math.floor(total * 0.5)],
    p99: latencies[Math.floor(total * 0.99)],
    programCpu: (own.user + own.system) / 1000 / total,
    serverCpu: (cpuOf(server) - serverCpu) / total,
  };
}

// Prints one line of JSON: for each shape the median of the runs by turns a second.
export async function measure(peer, server, runs) {
  await run(peer, server, [50, 50], 'warm');
  const medians = [];
  for (const shape of shapes) {
    const measured = [];
    for (let n = 0; n < runs; n++) {
      measured.push(await run(peer, server, shape, `run-${shape[0]}-${n}`));
    }
    measured.sort((one, other) => one.turnsPerSecond - other.turnsPerSecond);
    medians.push(measured[Math.floor(runs / 2)]);
  }
  console.log(JSON.stringify(medians));
}

// A loopback port that nobody listens on.
export const freePort = () => new Promise((resolve, reject) => {
  const server = net.createServer().on('error', reject).listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

// Waits until something works that a server only does once it is up.
export async function until(works, process, patience = 60_000) {
  for (const begun = performance.now(); ;) {
    try {
      return await works();
    } catch (error) {
      if (process.exitCode !== null || performance.now() - begun > patience) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
}
