/**
 * Rio de Janeiro's neighbourhoods: official code and name, by sub-prefecture from west to east. Where the
 * sample puts them is made up (city.ts).
 */
export const NEIGHBOURHOODS: Readonly<Record<string, string>> = {
  'Zona Oeste': `
    143 Santíssimo | 144 Campo Grande | 145 Senador Vasconcelos | 146 Inhoaíba | 147 Cosmos | 148 Paciência |
    149 Santa Cruz | 150 Sepetiba | 151 Guaratiba | 152 Barra de Guaratiba | 153 Pedra de Guaratiba | 164 Ilha
    de Guaratiba`,
  'Grande Bangu': `
    134 Deodoro | 135 Vila Militar | 136 Campo dos Afonsos | 137 Jardim Sulacap | 138 Magalhães Bastos | 139
    Realengo | 140 Padre Miguel | 141 Bangu | 142 Senador Camará | 160 Gericinó | 162 Vila Kennedy | 163 Jabour`,
  'Barra da Tijuca': `
    126 Joá | 127 Itanhangá | 128 Barra da Tijuca | 129 Camorim | 130 Vargem Pequena | 131 Vargem Grande | 132
    Recreio dos Bandeirantes | 133 Grumari`,
  Jacarepaguá: `
    115 Jacarepaguá | 116 Anil | 117 Gardênia Azul | 118 Cidade de Deus | 119 Curicica | 120 Freguesia
    (Jacarepaguá) | 121 Pechincha | 122 Taquara | 123 Tanque | 124 Praça Seca | 125 Vila Valqueire`,
  'Zona Norte': `
    39 Manguinhos | 40 Bonsucesso | 41 Ramos | 42 Olaria | 43 Penha | 44 Penha Circular | 45 Brás de Pina | 46
    Cordovil | 47 Parada de Lucas | 48 Vigário Geral | 49 Jardim América | 50 Higienópolis | 51 Jacaré | 52
    Maria da Graça | 53 Del Castilho | 54 Inhaúma | 55 Engenho da Rainha | 56 Tomás Coelho | 57 São Francisco
    Xavier | 58 Rocha | 59 Riachuelo | 60 Sampaio | 61 Engenho Novo | 62 Lins de Vasconcelos | 63 Méier | 64
    Todos os Santos | 65 Cachambi | 66 Engenho de Dentro | 67 Água Santa | 68 Encantado | 69 Piedade | 70
    Abolição | 71 Pilares | 72 Vila Kosmos | 73 Vicente de Carvalho | 74 Vila da Penha | 75 Vista Alegre | 76
    Irajá | 77 Colégio | 78 Campinho | 79 Quintino Bocaiúva | 80 Cavalcanti | 81 Engenheiro Leal | 82 Cascadura
    | 83 Madureira | 84 Vaz Lobo | 85 Turiaçú | 86 Rocha Miranda | 87 Honório Gurgel | 88 Osvaldo Cruz | 89
    Bento Ribeiro | 90 Marechal Hermes | 106 Guadalupe | 107 Anchieta | 108 Parque Anchieta | 109 Ricardo de
    Albuquerque | 110 Coelho Neto | 111 Acari | 112 Barros Filho | 113 Costa Barros | 114 Pavuna | 155
    Jacarezinho | 156 Complexo do Alemão | 157 Maré | 159 Parque Colúmbia`,
  'Grande Tijuca': `
    32 Praça da Bandeira | 33 Tijuca | 34 Alto da Boa Vista | 35 Maracanã | 36 Vila Isabel | 37 Andaraí | 38
    Grajaú`,
  Centro: `
    1 Saúde | 2 Gamboa | 3 Santo Cristo | 4 Caju | 5 Centro | 6 Catumbi | 7 Rio Comprido | 8 Cidade Nova | 9
    Estácio | 10 São Cristóvão | 11 Mangueira | 12 Benfica | 14 Santa Teresa | 16 Glória | 158 Vasco da Gama |
    161 Lapa`,
  'Zona Sul': `
    15 Flamengo | 17 Laranjeiras | 18 Catete | 19 Cosme Velho | 20 Botafogo | 21 Humaitá | 22 Urca | 23 Leme |
    24 Copacabana | 25 Ipanema | 26 Leblon | 27 Lagoa | 28 Jardim Botânico | 29 Gávea | 30 Vidigal | 31 São
    Conrado | 154 Rocinha`,
  Ilhas: `
    13 Paquetá | 91 Ribeira | 92 Zumbi | 93 Cacuia | 94 Pitangueiras | 95 Praia da Bandeira | 96 Cocotá | 97
    Bancários | 98 Freguesia (Ilha) | 99 Jardim Guanabara | 100 Jardim Carioca | 101 Tauá | 102 Moneró | 103
    Portuguesa | 104 Galeão | 105 Cidade Universitária`,
};
