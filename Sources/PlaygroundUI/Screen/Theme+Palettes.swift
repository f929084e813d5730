/// Colours that people with any kind of colour vision tell apart.
///
/// - SeeAlso: Okabe and Ito, “Color Universal Design”, 2002.
private enum OkabeIto {
  static let black = ThemeColor.hex(0x000000)
  static let orange = ThemeColor.hex(0xE69F00)
  static let skyBlue = ThemeColor.hex(0x56B4E9)
  static let bluishGreen = ThemeColor.hex(0x009E73)
  static let yellow = ThemeColor.hex(0xF0E442)
  static let blue = ThemeColor.hex(0x0072B2)
  static let vermillion = ThemeColor.hex(0xD55E00)
  static let reddishPurple = ThemeColor.hex(0xCC79A7)
}

/// The same hues, dark enough to be read on white.
private enum Darkened {
  static let orange = ThemeColor.hex(0x8F5A00)
  static let bluishGreen = ThemeColor.hex(0x00795A)
  static let reddishPurple = ThemeColor.hex(0xAF3787)
}

extension Theme {
  /// For light text on a dark background.
  public static let dark = Theme(
    name: "dark", foreground: .hex(0xE4E4E4), background: .hex(0x121212)
  ) { role in
    switch role {
    case .text: Style()
    case .dim: Style(.hex(0x8A8A8A))
    case .border: Style(.hex(0x585858))
    case .focus: Style(OkabeIto.skyBlue)
    case .focusTitle: Style(OkabeIto.black, on: OkabeIto.skyBlue, .bold)
    case .title: Style(nil, .bold)
    case .caption: Style(.hex(0xD0D0D0))
    case .status: Style(.hex(0xD0D0D0), on: .hex(0x303030))
    case .key: Style(OkabeIto.skyBlue, .bold)
    case .prompt: Style(.hex(0xB2B2B2))
    case .masked: Style(.hex(0x767676))
    case .ghost: Style(.hex(0x878787), .italic)
    case .fog1: Style(OkabeIto.vermillion, .italic)
    case .fog2: Style(OkabeIto.orange, .italic)
    case .fog3: Style(OkabeIto.yellow, .italic)
    case .fog4: Style(OkabeIto.skyBlue, .italic)
    case .fog5: Style(.hex(0xD7EEFF), .italic)
    case .next: Style(OkabeIto.yellow, [.bold, .underline])
    case .other: Style(.hex(0x3CC8A0), [.bold, .underline])
    case .unmaskedNow: Style(OkabeIto.black, on: OkabeIto.yellow, .bold)
    case .level1: Style(OkabeIto.vermillion)
    case .level2: Style(OkabeIto.orange)
    case .level3: Style(OkabeIto.yellow)
    case .level4: Style(OkabeIto.skyBlue)
    case .level5: Style(.hex(0xD7EEFF))
    case .remasked: Style(OkabeIto.reddishPurple, .bold)
    case .locked: Style(OkabeIto.bluishGreen, [.bold, .underline])
    case .edited: Style(OkabeIto.bluishGreen)
    case .afterEnd: Style(.hex(0x626262))
    case .differs: Style(.hex(0xFFFFFF), .underline)
    case .fault: Style(.hex(0xFF8C5A), [.bold, .underline])
    case .cursor: Style(OkabeIto.black, on: .hex(0xE4E4E4), .bold)
    case .selection: Style(.hex(0xE4E4E4), on: .hex(0x444444))
    case .searchMatch: Style(OkabeIto.black, on: OkabeIto.skyBlue)
    case .error: Style(OkabeIto.vermillion, .bold)
    case .warning: Style(OkabeIto.orange, .bold)
    case .bar: Style(OkabeIto.skyBlue)
    case .barAlternate: Style(OkabeIto.orange)
    case .track: Style(.hex(0x585858))
    case .branch: Style(.hex(0xAFAFD7))
    case .playhead: Style(OkabeIto.yellow, .bold)
    }
  }

  /// For dark text on a light background; the palette is darkened until it can be read.
  public static let light = Theme(
    name: "light", foreground: .hex(0x1C1C1C), background: .hex(0xFFFFFF)
  ) { role in
    switch role {
    case .text: Style()
    case .dim: Style(.hex(0x6C6C6C))
    case .border: Style(.hex(0x9E9E9E))
    case .focus: Style(OkabeIto.blue)
    case .focusTitle: Style(.hex(0xFFFFFF), on: OkabeIto.blue, .bold)
    case .title: Style(nil, .bold)
    case .caption: Style(.hex(0x303030))
    case .status: Style(.hex(0x303030), on: .hex(0xE4E4E4))
    case .key: Style(OkabeIto.blue, .bold)
    case .prompt: Style(.hex(0x4E4E4E))
    case .masked: Style(.hex(0x808080))
    case .ghost: Style(.hex(0x767676), .italic)
    case .fog1: Style(.hex(0xAF0000), .italic)
    case .fog2: Style(.hex(0xAF5F00), .italic)
    case .fog3: Style(.hex(0xAF5FAF), .italic)
    case .fog4: Style(.hex(0x005FAF), .italic)
    case .fog5: Style(.hex(0x00005F), .italic)
    case .next: Style(.hex(0x7A5C00), [.bold, .underline])
    case .other: Style(Darkened.bluishGreen, [.bold, .underline])
    case .unmaskedNow: Style(OkabeIto.black, on: OkabeIto.yellow, .bold)
    case .level1: Style(.hex(0xAF0000))
    case .level2: Style(.hex(0xAF5F00))
    case .level3: Style(.hex(0xAF5FAF))
    case .level4: Style(.hex(0x005FAF))
    case .level5: Style(.hex(0x00005F))
    case .remasked: Style(Darkened.reddishPurple, .bold)
    case .locked: Style(Darkened.bluishGreen, [.bold, .underline])
    case .edited: Style(Darkened.bluishGreen)
    case .afterEnd: Style(.hex(0x8A8A8A))
    case .differs: Style(.hex(0x000000), .underline)
    case .fault: Style(.hex(0xAF0000), [.bold, .underline])
    case .cursor: Style(.hex(0xFFFFFF), on: .hex(0x1C1C1C), .bold)
    case .selection: Style(.hex(0x1C1C1C), on: .hex(0xC6C6C6))
    case .searchMatch: Style(OkabeIto.black, on: .hex(0x87D7FF))
    case .error: Style(.hex(0xAF0000), .bold)
    case .warning: Style(Darkened.orange, .bold)
    case .bar: Style(OkabeIto.blue)
    case .barAlternate: Style(.hex(0xD75F00))
    case .track: Style(.hex(0xBCBCBC))
    case .branch: Style(.hex(0x5F5F87))
    case .playhead: Style(.hex(0xAF5F00), .bold)
    }
  }

  /// For terminals with eight colours and a dark background.
  static let basicDark = Theme(
    name: "dark", foreground: .basic(.white), background: .basic(.black)
  ) { role in
    switch role {
    case .level1: Style(.basic(.red), .underline)
    case .level2: Style(.basic(.magenta))
    case .level3: Style(.basic(.yellow))
    case .level4, .focus, .bar, .fog4: Style(.basic(.cyan))
    case .fog1: Style(.basic(.red))
    case .fog2: Style(.basic(.magenta))
    case .fog3: Style(.basic(.yellow))
    case .next: Style(.basic(.yellow), [.bold, .underline])
    case .other: Style(.basic(.green), [.bold, .underline])
    case .prompt: Style(.basic(.green))
    case .edited: Style(.basic(.green), .bold)
    case .locked: Style(.basic(.green), [.bold, .underline])
    case .key: Style(.basic(.cyan), .bold)
    case .barAlternate: Style(.basic(.yellow))
    case .warning, .playhead: Style(.basic(.yellow), .bold)
    case .branch: Style(.basic(.magenta))
    default: basicStyle(of: role)
    }
  }

  /// For terminals with eight colours and a light background, where yellow and cyan are not seen.
  static let basicLight = Theme(
    name: "light", foreground: .basic(.black), background: .basic(.white)
  ) { role in
    switch role {
    case .level1: Style(.basic(.red), .underline)
    case .level2: Style(.basic(.red))
    case .level3: Style(.basic(.magenta))
    case .level4, .focus, .bar, .fog4: Style(.basic(.blue))
    case .fog1: Style(.basic(.red), .dim)
    case .fog2: Style(.basic(.red))
    case .fog3: Style(.basic(.magenta))
    case .next: Style(.basic(.magenta), [.bold, .underline])
    case .other: Style(.basic(.green), [.bold, .underline])
    case .prompt: Style(.basic(.green))
    case .edited: Style(.basic(.green), .bold)
    case .locked: Style(.basic(.green), [.bold, .underline])
    case .key: Style(.basic(.blue), .bold)
    case .barAlternate: Style(.basic(.red))
    case .warning, .playhead: Style(.basic(.red), .bold)
    case .branch: Style(.basic(.magenta))
    default: basicStyle(of: role)
    }
  }

  /// What the two themes of eight colours have in common.
  private static func basicStyle(of role: StyleRole) -> Style {
    switch role {
    case .unmaskedNow: Style(.basic(.black), on: .basic(.yellow))
    case .remasked: Style(.basic(.magenta), .reverse)
    case .differs: Style(nil, .underline)
    case .fault: Style(.basic(.red), [.bold, .underline])
    case .focusTitle: Style(.basic(.white), on: .basic(.blue), .bold)
    case .searchMatch: Style(.basic(.black), on: .basic(.cyan))
    case .error: Style(.basic(.white), on: .basic(.red), .bold)
    default: monochrome.style(for: role)
    }
  }

  /// For terminals without colours and for `NO_COLOR`.
  public static let monochrome = Theme(
    name: "monochrome", foreground: .hex(0xE4E4E4), background: .hex(0x121212)
  ) { role in
    switch role {
    case .text, .level4, .bar, .branch, .fog1, .fog2, .fog3, .fog4: Style()
    case .dim, .border, .masked, .afterEnd, .track, .barAlternate: Style(nil, .dim)
    case .title, .focus, .level5, .warning, .playhead, .fog5: Style(nil, .bold)
    case .focusTitle: Style(nil, [.bold, .reverse])
    case .next: Style(nil, [.bold, .underline])
    case .other: Style(nil, [.italic, .underline])
    case .key: Style(nil, [.bold, .underline])
    case .prompt, .caption: Style(nil, .italic)
    case .ghost: Style(nil, [.dim, .italic])
    case .unmaskedNow: Style(nil, [.bold, .reverse])
    case .level1: Style(nil, [.dim, .underline, .italic])
    case .level2: Style(nil, [.dim, .underline])
    case .level3: Style(nil, .underline)
    case .remasked: Style(nil, [.dim, .reverse])
    case .locked: Style(nil, [.bold, .underline, .italic])
    case .edited: Style(nil, [.bold, .italic])
    case .differs: Style(nil, [.underline, .bold])
    case .fault: Style(nil, [.underline, .reverse])
    case .status, .selection: Style(nil, .reverse)
    case .cursor: Style(nil, [.bold, .reverse, .underline])
    case .searchMatch: Style(nil, [.bold, .reverse, .italic])
    case .error: Style(nil, [.bold, .reverse])
    }
  }
}
