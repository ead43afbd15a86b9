import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

const usualPorts: Readonly<Record<string, number>> = { 'postgres:': 5432, 'http:': 80 };

/** A way to a server that a test can break. */
export class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: URL;
  /** Connections are refused, as by a server that is not there. */
  isCut = false;
  /** Looks at what is sent to the server, and says whether the connection is to go once the server has had it. */
  breaksAt: (sent: string) => boolean = () => false;
  /** The same, and the server never has it. */
  dropsAt: (sent: string) => boolean = () => false;
  /** Connections that were made. */
  connections = 0;

  private constructor(listening: Server, target: URL) {
    this.#server = listening;
    this.#target = target;
    listening.on('connection', (socket) => this.#carry(socket));
  }

  static async to(url: string): Promise<Wire> {
    const listening = createServer();
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    // A test that fails does not keep its process alive.
    listening.unref();
    return new Wire(listening, new URL(url));
  }

  get url(): string {
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  #carry(client: Socket): void {
    client.on('error', () => {});
    if (this.isCut) return void client.destroy();
    this.connections += 1;
    const behind = connect(Number(this.#target.port || usualPorts[this.#target.protocol]), this.#target.hostname);
    behind.on('error', () => client.destroy());
    for (const one of [client, behind]) {
      this.#sockets.add(one);
      one.on('close', () => this.#sockets.delete(one));
    }
    let isBroken = false;
    client.on('data', (sent) => {
      const text = sent.toString('latin1');
      if (this.dropsAt(text)) return void client.destroy();
      isBroken ||= this.breaksAt(text);
      behind.write(sent);
    });
    behind.on('data', (answer) => {
      if (isBroken) client.destroy();
      else client.write(answer);
    });
    client.on('close', () => behind.end());
    behind.on('close', () => client.destroy());
  }

  /** Every connection ends, and none is to be had until `mend`. */
  cut(): void {
    this.isCut = true;
    for (const one of this.#sockets) one.destroy();
  }
  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
