/// What there is in the world. An entry is written as its word and, after a slash, what its forms need.
extension Lexicon {
  static let lists: [WordList] =
    InventedPeople.lists + [
      WordList(
        "girl", tiny: "Mia, Lily, Anna, Zoe", small: "Rosa, Ella, Nora, Ivy",
        full: """
          Ruby, Clara, Maya, Tess, Jane, Lucy, Emma, Hana, Alice, Bella, Dora, Elsa, Freya, Grace, Iris, Julia, Kate, \
          Lena, Molly, Nina, Olive, Petra, Rachel, Sara, Tina, Vera, Wendy, Yara
          """
      ) { child($0, "girl", she: true) },
      WordList(
        "boy", tiny: "Tom, Ben, Sam, Max", small: "Leo, Finn, Omar, Jack",
        full: """
          Eli, Noah, Theo, Luca, Hugo, Ravi, Kenji, Adam, Bruno, Carl, David, Emil, Felix, George, Henry, Ivan, Jonas, \
          Karim, Liam, Mark, Nils, Oscar, Paul, Peter, Robin, Simon, Toby, Victor
          """
      ) { child($0, "boy", she: false) },
      WordList(
        "animal", tiny: "fox/he, bear/he, cat/she, duck/she",
        small: "rabbit/he, mouse/she, owl/she, frog/he",
        full: """
          hedgehog/he, squirrel/she, turtle/she, dog/he, goat/he, crow/she, badger/he, otter/she, wolf/he, deer/she, \
          pony/she, donkey/he, sheep/she, pig/he, hen/she, rooster/he, goose/she, swan/she, mole/he, beaver/he, \
          raccoon/he, lizard/he, snail/she, beetle/he, sparrow/she, robin/she, heron/he, magpie/she, lion/he, tiger/she, \
          elephant/she, monkey/he, camel/he, parrot/she, penguin/he, seal/she
          """
      ) { animal($0) },
      WordList(
        "color", tiny: "red, blue, green, yellow", small: "white, black, purple, orange",
        full: "golden, silver, brown, pink, gray, violet, crimson, turquoise, ivory, scarlet"
      ) { ["": $0, "a": article($0)] },
      WordList(
        "trait", tiny: "little, brave", small: "shy, clever, kind, gentle, curious, sleepy",
        full: """
          cheerful, stubborn, careful, lazy, honest, patient, quiet, noisy, proud, lonely, lively, friendly, polite, \
          clumsy, hungry, eager, tidy, messy, thoughtful, funny, serious, bold, humble, restless, dreamy, playful
          """
      ) { ["": $0, "a": article($0)] },
      WordList(
        "toy", tiny: "kite, boat, drum, wagon", small: "lamp, flute, swing, mask",
        full: """
          robot, puppet, rocket, weathercock, sled, raft, birdhouse, lantern, wheelbarrow, whistle, cart, scooter, stool, \
          trumpet, fiddle, telescope, clock, dollhouse, crown, rowboat
          """
      ) { ["": $0, "a": article($0)] },
      WordList(
        "thing", tiny: "ball, hat, bell", small: "scarf, book, cup, key, basket",
        full: """
          blanket, coin, stone, shell, feather, map, ring, spoon, bottle, bucket, button, candle, comb, compass, doll, \
          envelope, fan, glove, hammer, jar, kettle, ladder, letter, marble, mirror, necklace, notebook, pearl, pencil, \
          picture, pillow, pocketknife, postcard, purse, ribbon, rope, saddle, sack, shoe, spade, stamp, teapot, ticket, \
          towel, umbrella, vase, violin, wallet, watch, whisk
          """
      ) { ["": $0, "a": article($0)] },
      WordList(
        "garment", tiny: "coat, cap", small: "dress, sweater",
        full:
          "apron, belt, bonnet, cape, cloak, hood, jacket, robe, shawl, shirt, skirt, sock, tunic, vest"
      ) { ["": $0, "a": article($0)] },
      WordList(
        "tool", tiny: "saw, rake", small: "shovel, broom",
        full: "axe, brush, chisel, drill, file, hoe, needle, pump, sickle, wrench, trowel, wheel"
      ) { ["": $0, "a": article($0)] },
      WordList(
        "place", tiny: "park/in, lake/by, hill/on, barn/in, forest/in",
        small: "garden/in, river/by, beach/on, market/at, meadow/in",
        full: """
          mill/by, orchard/in, cave/in, bridge/on, castle/in, harbor/in, school/at, village/in, attic/in, bakery/in, \
          canyon/in, cellar/in, churchyard/in, cliff/on, cottage/in, courtyard/in, desert/in, field/in, fountain/by, \
          glacier/on, greenhouse/in, island/on, jungle/in, library/in, lighthouse/in, mountain/on, museum/in, pasture/in, \
          pier/on, pond/by, port/in, quarry/in, ruins/in, stable/in, station/at, stream/by, swamp/in, temple/in, \
          theater/in, tower/in, tunnel/in, valley/in, vineyard/in, waterfall/by, well/by, workshop/in, zoo/at
          """
      ) { word in
        let (name, preposition) = parts(word)
        return ["": "the " + name, "at": preposition + " the " + name]
      },
      WordList(
        "crop", tiny: "apples, plums, nuts", small: "pears, cherries, carrots",
        full: """
          grapes, peaches, berries, figs, almonds, apricots, bananas, beans, beets, cabbages, chestnuts, cucumbers, dates, \
          hazelnuts, leeks, lemons, lentils, melons, olives, onions, oranges, parsnips, peas, peppers, potatoes, pumpkins, \
          radishes, raspberries, tomatoes, turnips, walnuts
          """),
      WordList(
        "pastry", tiny: "buns", small: "cookies",
        full: "tarts, pies, biscuits, cakes, dumplings, muffins, pancakes, pretzels, rolls, waffles"
      ),
      WordList(
        "dish", tiny: "soup, stew", small: "porridge, broth",
        full:
          "cabbage soup, chili, chowder, curry, goulash, pasta, pudding, ragout, rice, risotto, semolina"
      ),
      WordList(
        "job", tiny: "baker, farmer", small: "teacher, doctor",
        full: """
          blacksmith, butcher, captain, carpenter, cook, fisher, gardener, hunter, judge, librarian, mason, mayor, \
          merchant, miller, miner, nurse, painter, pilot, plumber, potter, sailor, shepherd, shoemaker, singer, tailor, \
          watchmaker, weaver
          """
      ) { ["": "the " + $0, "plain": $0, "a": article($0)] },
      WordList(
        "weather", tiny: "sunny/The sun was warm, windy/The wind blew hard",
        small: "rainy/The rain fell softly, snowy/The snow was deep",
        full: """
          foggy/The fog was thick, cold/Ice covered the puddles, hot/The air shimmered, stormy/Thunder rolled far away, \
          cloudy/Gray clouds hung low, frosty/Frost glittered everywhere, mild/A soft breeze blew, dry/Dust rose from the road
          """
      ) { word in
        let (name, sentence) = parts(word)
        return ["": name, "a": article(name), "sentence": sentence]
      },
      WordList(
        "gladness", tiny: "happy, glad", small: "proud, thankful",
        full: "cheerful, delighted, joyful, merry, overjoyed, pleased, relieved, content"),
      WordList(
        "sorrow", tiny: "sad, worried", small: "upset, lonely",
        full: "ashamed, gloomy, miserable, nervous, troubled, unhappy, tearful, discouraged"),
      WordList(
        "relative", tiny: "mother/she, father/he", small: "grandmother/she, grandfather/he",
        full: "aunt/she, uncle/he, sister/she, brother/he, cousin/she, neighbor/he"
      ) { word in
        let (name, gender) = parts(word)
        return person(name, name, she: gender == "she")
      },
      WordList(
        "tree", tiny: "oak, apple tree", small: "willow, pine",
        full: "birch, maple, chestnut tree, elm, ash, cedar, linden, poplar, spruce, beech"
      ) { ["": $0, "a": article($0)] },
      WordList(
        "flower", tiny: "roses, tulips", small: "daisies, lilies",
        full:
          "violets, poppies, sunflowers, daffodils, marigolds, orchids, primroses, bluebells, carnations, irises"
      ),
      WordList(
        "game", tiny: "tag, chess", small: "hide and seek, catch",
        full:
          "marbles, checkers, cards, dominoes, football, hopscotch, leapfrog, tug of war, darts, croquet"
      ),
      WordList(
        "sound", tiny: "song, knock", small: "whisper, rattle",
        full: "bark, creak, cry, hiss, howl, hum, murmur, roar, rumble, splash, squeak, thud"
      ) { ["": $0, "a": article($0)] },
      WordList("hour", tiny: "morning, afternoon, evening, night"),
      WordList("season", tiny: "spring, summer, autumn, winter"),
      WordList(
        "material", tiny: "wood, paper", small: "clay, glass",
        full: "cloth, copper, iron, leather, straw, tin, wax, wool"),
      WordList("number", tiny: numbers),
      WordList("weekday", tiny: "Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"),
      WordList(
        "month",
        tiny: """
          January, February, March, April, May, June, July, August, September, October, November, December
          """),
      WordList("letter", tiny: "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z"),
    ]

  /// Categories that are several together.
  static let unions: [(String, [String])] = [
    ("forwardFact", ["forwardOnly", "bothWays"]),
    ("backwardFact", ["backwardOnly", "bothWays"]),
    ("child", ["girl", "boy"]),
    ("person", ["girl", "boy", "animal"]),
    ("food", ["crop", "pastry"]),
    ("object", ["toy", "thing"]),
    ("treasure", ["thing", "garment", "tool"]),
  ]

  private static func child(_ name: String, _ kind: String, she: Bool) -> [String: String] {
    person(name, "a \(kind) named \(name)", kind: kind, she: she)
  }

  private static func animal(_ word: String) -> [String: String] {
    let (name, gender) = parts(word)
    return person("the " + name, article(name), call: name, kind: name, she: gender == "she")
  }

  private static let numbers = """
    zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, \
    fifteen, sixteen, seventeen, eighteen, nineteen, twenty
    """

  private static func person(
    _ name: String, _ intro: String, call: String? = nil, kind: String = "", she: Bool
  ) -> [String: String] {
    [
      "": name, "intro": intro, "call": call ?? name, "kind": kind, "kindA": article(kind),
      "he": she ? "she" : "he",
      "him": she ? "her" : "him",
      "his": she ? "her" : "his",
    ]
  }

  private static func parts(_ word: String) -> (String, String) {
    let parts = word.split(separator: "/", maxSplits: 1)
    return (String(parts.first ?? ""), String(parts.dropFirst().first ?? ""))
  }

  private static func article(_ word: String) -> String {
    (word.first.map { "aeiou".contains($0) } ?? false ? "an " : "a ") + word
  }
}
