/// Something that happened at the terminal.
public enum TerminalEvent: Hashable, Sendable {
  /// A key was pressed.
  case key(Key)
  /// Something was done with the mouse.
  case mouse(MouseEvent)
  /// Text was pasted; it is what the terminal sent, so sanitize it before showing it.
  case paste(String)
  /// The terminal has another size now.
  case resize(ScreenSize)
  /// Another thread called ``TerminalWaker/wake()``.
  case wake
  /// Somebody asks the program to stop for a while; answer with ``Terminal/suspend()``.
  case suspend
  /// The program runs again after it was stopped; everything must be painted anew.
  case resume
  /// The program should end.
  case terminate(TerminationCause)
}

/// Why a program is asked to end.
public enum TerminationCause: Hashable, Sendable {
  /// SIGINT; control-C is a key.
  case interrupt
  /// SIGTERM.
  case termination
  /// SIGHUP: the terminal is gone.
  case hangup
  /// There is nothing more to read from the terminal.
  case endOfInput
}

/// Something done with the mouse.
public struct MouseEvent: Hashable, Sendable {
  /// What was done.
  public var action: Action
  /// The cell under the pointer.
  public var point: ScreenPoint
  /// The keys held down meanwhile.
  public var modifiers: KeyModifiers

  /// Creates an event.
  public init(_ action: Action, at point: ScreenPoint, modifiers: KeyModifiers = []) {
    self.action = action
    self.point = point
    self.modifiers = modifiers
  }

  /// What can be done with a mouse.
  public enum Action: Hashable, Sendable {
    /// A button went down.
    case press(Button)
    /// The pointer moved to another cell with a button down.
    case drag(Button)
    /// A button went up.
    case release(Button)
    /// The wheel was turned away from the user.
    case wheelUp
    /// The wheel was turned towards the user.
    case wheelDown
  }

  /// The buttons a terminal reports.
  public enum Button: Hashable, Sendable {
    /// Usually the first finger's.
    case left
    /// The wheel, pressed.
    case middle
    /// Usually for menus.
    case right
  }
}
