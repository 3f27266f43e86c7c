import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

// Loaded before each file of unit tests, to keep them fast.

function refuse(): never {
  throw new Error(
    'A unit test opens no socket and starts no process. Hand in a transport (test/support), or move the file: see test/README.md',
  );
}

net.Server.prototype.listen = refuse;
net.Socket.prototype.connect = refuse;
Object.assign(childProcess, { spawn: refuse, execFile: refuse, exec: refuse, fork: refuse });
Object.assign(childProcess, { spawnSync: refuse, execFileSync: refuse, execSync: refuse });
syncBuiltinESMExports();
