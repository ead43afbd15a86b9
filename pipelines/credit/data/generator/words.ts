/** Words of the support desk; the application's own, so in Portuguese. */
const list = (words: string): string =>
  `[${words
    .split(',')
    .map((word) => `'${word.trim()}'`)
    .join(', ')}]`;

export const firstNames = list(
  'Ana, João, Maria, José, Antônio, Francisca, Luíza, Carlos, Paulo, Lúcia, Márcia, Pedro, Beatriz, Conceição, ' +
    'Gabriel, Júlia, Rafael, Letícia, Thiago, Fernanda, Luís, Camila, Vinícius, Aline, Caetano, Inês, Murilo, ' +
    'Débora, Otávio, Íris, Ubirajara, Zoé',
);
export const lastNames = list(
  'Silva, Santos, Oliveira, Souza, Pereira, Lima, Araújo, Conceição, Gonçalves, Assunção, Ribeiro, Magalhães, ' +
    'Nóbrega, Brandão, Falcão, Corrêa, Muniz, Esteves, Sá, Peçanha, Guimarães, Quirino, Xavier, Yamada, Zanetti',
);
export const states = list('SP, SP, SP, RJ, MG, RS, PR, BA, SC, PE, CE, GO, DF, AM');
export const domains = list('exemplo.com.br, correio.exemplo, empresa.exemplo');
export const teams = list('Primeiro nível, Segundo nível, Cobrança, Retenção');
export const costKinds = list('atendimento, ligação, reembolso, análise, deslocamento');
export const comments = list(
  'ótimo, demorou, "resolvido" na hora, não voltarei, nota 10 👏, linha 1\nlinha 2, C:\\crédito, ok; obrigada',
);

/** id, name, digital, share of the tickets in per cent. */
export const channels = [
  [1, 'telefone', false, 34],
  [2, 'chat', true, 22],
  [3, 'e-mail', true, 15],
  [4, 'WhatsApp', true, 18],
  [5, 'aplicativo', true, 8],
  [6, 'agência', false, 3],
] as const;

/** id, name, category, hours to resolve it in, share of the tickets in per cent. */
export const reasons = [
  [1, 'segunda via de boleto', 'pagamento', 4, 24],
  [2, 'renegociação de dívida', 'cobrança', 48, 16],
  [3, 'contestação de cobrança', 'cobrança', 72, 9],
  [4, 'aumento de limite', 'crédito', 24, 12],
  [5, 'proposta recusada', 'crédito', 48, 7],
  [6, 'cadastro e senha', 'acesso', 8, 11],
  [7, 'cartão bloqueado', 'acesso', 2, 6],
  [8, 'portabilidade', 'crédito', 72, 3],
  [9, 'antecipação de parcelas', 'pagamento', 24, 4],
  [10, 'fraude', 'segurança', 1, 2],
  [11, 'cancelamento', 'retenção', 24, 4],
  [12, 'elogio ou reclamação', 'ouvidoria', 120, 2],
] as const;

/** A list from which a number below 100 draws an id by its share. */
export const drawn = (rows: readonly (readonly [number, ...unknown[], number])[]): string =>
  `[${rows.flatMap((row) => Array<number>(row.at(-1) as number).fill(row[0])).join(', ')}]`;
