import { type FileHandle, open } from 'node:fs/promises';

const lineFeed = 10;

/** A file of lines that grows. */
export class Lines {
  readonly #file: FileHandle;
  size = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async begin(location: string): Promise<Lines> {
    return new Lines(await open(location, 'wx'));
  }

  /** All of it, or none where it throws. */
  async append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.size + done);
        done += bytesWritten;
      }
    } catch (error) {
      await this.#file.truncate(this.size).catch(() => {});
      throw error;
    }
    this.size += bytes.length;
  }

  async finish(): Promise<void> {
    await this.#file.close();
  }

  /** Takes what a process left of a line from the end of its file; false where no line is left. */
  static async mend(location: string): Promise<boolean> {
    const file = await open(location, 'r+');
    try {
      const bytes = await file.readFile();
      const end = bytes.lastIndexOf(lineFeed) + 1;
      await file.truncate(end);
      return end > 0;
    } finally {
      await file.close();
    }
  }
}
